// Opens what the widget sealed, by a JOSE library that is not ours (npm `jose`), and flips bits of it: each must be refused.
//
//   node open.mjs FILE FLIPS
//
// FILE: the private JWK on the first line, then one line for each payload: the JWE, a space, the payload in base64.

import { readFileSync } from 'node:fs';
import { compactDecrypt, importJWK } from 'jose';

const [file, flips] = [process.argv[2], Number(process.argv[3])];
const [jwk, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
const key = await importJWK(JSON.parse(jwk), 'ECDH-ES');
const options = { keyManagementAlgorithms: ['ECDH-ES'], contentEncryptionAlgorithms: ['A256GCM'] };
let [passed, failed] = [0, 0];

function check(name, holds) {
  if (holds) passed += 1;
  else {
    failed += 1;
    console.error(`failed: ${name}`);
  }
}

const payloads = lines.map((line) => {
  const [jwe, plain] = line.split(' ');
  return { jwe, plain: Buffer.from(plain, 'base64') };
});
const [nonces, ephemeral] = [new Set(), new Set()];
for (const [number, { jwe, plain }] of payloads.entries()) {
  const { plaintext, protectedHeader } = await compactDecrypt(jwe, key, options).catch(() => ({ plaintext: [] }));
  const opened = Buffer.from(plaintext);
  const whole = opened.subarray(0, plain.length).equals(plain) && opened.subarray(plain.length).every((b) => b === 0x20);
  check(`payload ${number} is opened, and what was sealed`, whole && protectedHeader?.kid === 'answers-1');
  check(`payload ${number} is padded`, opened.length % 4096 === 0 && opened.length - plain.length < 4096);
  nonces.add(jwe.split('.')[2]);
  ephemeral.add(protectedHeader?.epk.x);
}
check('no nonce is used twice', nonces.size === payloads.length);
check('no ephemeral key is used twice', ephemeral.size === payloads.length);

// A generator with a fixed seed, so that a failure is the same the next time (mulberry32).
let state = 20261125;
function below(limit) {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % limit;
}

const small = payloads.filter(({ jwe }) => jwe.length < 20_000);
for (let flip = 0; flip < flips; flip += 1) {
  const parts = small[below(small.length)].jwe.split('.').map((part) => Buffer.from(part, 'base64url'));
  const place = [0, 2, 3, 4][flip % 4];
  const bit = below(parts[place].length * 8);
  parts[place][bit >> 3] ^= 1 << (bit & 7);
  const changed = parts.map((part) => part.toString('base64url')).join('.');
  const refused = await compactDecrypt(changed, key, options).then(() => false, () => true);
  check(`flip ${flip}: bit ${bit} of part ${place} is refused`, refused);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
