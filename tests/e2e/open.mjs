// Opens sealed bodies (RFC 7516 compact, ECDH-ES on P-256, A256GCM) with nothing but what Node has: one to a line comes in,
// one to a line goes out. The key is the example of RFC 7517, appendix A.2.
import { webcrypto } from "node:crypto";
import { createInterface } from "node:readline";

const KEY = {
  kty: "EC", crv: "P-256",
  x: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
  y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
  d: "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE",
};
const { subtle } = webcrypto;
const bytes = (text) => Buffer.from(text, "base64url");
const number = (value) => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value]);
const sized = (part) => Buffer.concat([number(part.length), part]);
const curve = { name: "ECDH", namedCurve: "P-256" };
const own = await subtle.importKey("jwk", KEY, curve, false, ["deriveBits"]);

for await (const line of createInterface({ input: process.stdin })) {
  const [header, key, nonce, ciphertext, tag] = line.split(".");
  if (key !== "") throw new Error("expected direct agreement");
  const { alg, enc, epk, apu = "", apv = "" } = JSON.parse(bytes(header));
  if (alg !== "ECDH-ES" || enc !== "A256GCM") throw new Error(`expected ECDH-ES and A256GCM, found ${alg} and ${enc}`);
  const theirs = await subtle.importKey("jwk", { kty: epk.kty, crv: epk.crv, x: epk.x, y: epk.y }, curve, false, []);
  const agreed = Buffer.from(await subtle.deriveBits({ name: "ECDH", public: theirs }, own, 256));
  // Concat KDF (RFC 7518, section 4.6.2), one round.
  const info = [sized(Buffer.from(enc)), sized(bytes(apu)), sized(bytes(apv)), number(256)];
  const derived = await subtle.digest("SHA-256", Buffer.concat([number(1), agreed, ...info]));
  const secret = await subtle.importKey("raw", derived, "AES-GCM", false, ["decrypt"]);
  const opened = await subtle.decrypt(
    { name: "AES-GCM", iv: bytes(nonce), additionalData: Buffer.from(header) },
    secret,
    Buffer.concat([bytes(ciphertext), bytes(tag)]),
  );
  process.stdout.write(`${JSON.stringify(JSON.parse(Buffer.from(opened)))}\n`);
}
