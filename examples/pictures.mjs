// Takes the pictures that docs/design-note.md speaks of, each by itself into `dist/pictures-taken/`, and several on one sheet
// into the folder that is named:
//   node pictures.mjs SITE [FOLDER for the sheets]
// SITE is a built site with the gallery in it. CHROMIUM in the environment is a browser other than Playwright's own.

import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const [site, sheets = path("../docs/pictures")] = process.argv.slice(2);
if (!site) throw new Error("expected the folder of a built site, found none");
const taken = path("dist/pictures-taken");

const WIDTHS = [360, 1280];
const SCHEMES = ["light", "dark"];
const STATES = [
  ["choice", "wrong"],
  ["several", "exclusive"],
  ["whole-number", "wrong"],
  ["drop-down", "open"],
  ["lines", "answered"],
  ["slider", "answered"],
  ["scale-many", "open"],
  ["ranking", "answered"],
  ["pages", "unfolded"],
  ["pages", "review-open"],
  ["delivery", "received"],
  ["way-in", "wrong-code"],
];
const HOSTS = ["react", "aksel", "designsystemet"];
// How many pictures stand side by side on a sheet, how wide each is there, and how much of a long one is shown.
const LAYOUT = { 360: { columns: 6, width: 208, height: 580 }, 1280: { columns: 3, width: 500, height: 640 } };

const coded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
// Nobody has signed it, and nobody is there to check.
const invitation = [
  coded({ alg: "none" }),
  coded({ iss: "pictures", jti: "1", study: "gallery", wave: "whole", unit: "1" }),
  coded("nobody"),
].join(".");

async function serve() {
  const server = spawn(process.execPath, [path("serve.mjs"), site], {
    env: { ...process.env, PORT: "0", STUDY: "/gallery/study/study.svar", WAVE: "whole", INVITATION: invitation },
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface(server.stdout)) return { server, origin: new URL(line).origin };
  throw new Error("the server did not start");
}

async function take(target, name, options = {}) {
  const bytes = await target.screenshot({ animations: "disabled", ...options });
  await writeFile(`${taken}/${name}.png`, bytes);
  return { name, bytes: bytes.toString("base64") };
}

async function gallery(page, origin, scheme, width) {
  await page.goto(`${origin}/gallery/?bare`);
  await page.waitForFunction(() => window.gallery);
  const pictures = [];
  for (const [kind, state] of STATES) {
    await page.evaluate((wanted) => window.gallery.show(wanted), { kind, state, scheme, lang: "nb", width: "full" });
    pictures.push(await take(page, `gallery ${kind} ${state} ${width} ${scheme}`, { fullPage: true }));
  }
  return pictures;
}

/** A page of questions, tried to be left with one answered and the others not. */
async function embedded(page, origin, host, label) {
  // Nothing of the host before.
  await page.goto(`${origin}/${host}/page.css`);
  await page.evaluate(() => sessionStorage.clear());
  await page.goto(`${origin}/${host}/`);
  const press = (selector) => page.locator(`svar-questionnaire ${selector}`).first().click();
  await press(".svar-page > .svar-actions .svar-button--primary");
  await press("#device-shared + label");
  await press("[type=submit]");
  await press(".svar-form .svar-option-label");
  await press("[type=submit]");
  await page.locator("svar-questionnaire .svar-summary").waitFor();
  await page.evaluate(() => scrollTo(0, 0));
  return take(page, `${host} ${label}`, { fullPage: true });
}

/** GOV.UK's components, which have no dark, and ours beside them. */
async function govuk(page, origin, scheme, width) {
  await page.goto(`${origin}/govuk/`);
  await page.locator("#svar .svar-form").waitFor();
  const pictures = [];
  const parts = scheme === "light" ? ["form", "parts", "question"] : [];
  for (const part of parts) pictures.push(await take(page.locator(`#${part}`), `GOV.UK ${part} ${width}`));
  pictures.splice(1, 0, await take(page.locator("#svar"), `Svar ${width} ${scheme}`));
  return pictures;
}

/** Draws pictures under their names, each below the column that is shortest, and gives the bytes of a WebP. */
function drawn([pictures, { columns, width, height }]) {
  const gap = 12;
  const line = 18;
  const load = ({ name, bytes }) =>
    new Promise((resolve, reject) => {
      const image = new Image();
      image.onload = () => resolve({ name, image });
      image.onerror = () => reject(new Error(name));
      image.src = `data:image/png;base64,${bytes}`;
    });
  return Promise.all(pictures.map(load)).then((loaded) => {
    const ends = Array(Math.min(columns, loaded.length)).fill(gap);
    const placed = loaded.map(({ name, image }) => {
      const column = ends.indexOf(Math.min(...ends));
      const scale = width / image.width;
      const shown = Math.min(image.height * scale, height);
      const at = { name, image, scale, shown, x: gap + column * (width + gap), y: ends[column] };
      ends[column] += line + shown + gap;
      return at;
    });
    const canvas = document.createElement("canvas");
    canvas.width = gap + ends.length * (width + gap);
    canvas.height = Math.max(...ends);
    const context = canvas.getContext("2d");
    context.fillStyle = "#777";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.font = "13px sans-serif";
    context.imageSmoothingQuality = "high";
    for (const { name, image, scale, shown, x, y } of placed) {
      context.fillStyle = "#fff";
      context.fillText(name, x, y + 12);
      context.drawImage(image, 0, 0, image.width, shown / scale, x, y + line, width, shown);
    }
    return canvas.toDataURL("image/webp", 0.4).split(",")[1];
  });
}

await mkdir(taken, { recursive: true });
await mkdir(sheets, { recursive: true });
const { server, origin } = await serve();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
const drawing = await browser.newPage();
async function sheet(name, pictures, layout) {
  const bytes = Buffer.from(await drawing.evaluate(drawn, [pictures, layout]), "base64");
  await writeFile(`${sheets}/${name}.webp`, bytes);
  console.log(`${name}.webp`, pictures.length, "pictures", Math.round(bytes.length / 1000), "kB");
}
try {
  for (const width of WIDTHS) {
    const hosts = [];
    const beside = [];
    for (const colorScheme of SCHEMES) {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
      page.on("pageerror", (error) => console.error("error on a page:", error.message));
      await sheet(`gallery-${width}-${colorScheme}`, await gallery(page, origin, colorScheme, width), LAYOUT[width]);
      for (const host of HOSTS) hosts.push(await embedded(page, origin, host, `${width} ${colorScheme}`));
      beside.push(...(await govuk(page, origin, colorScheme, width)));
      await page.close();
    }
    await sheet(`embedded-${width}`, hosts, { ...LAYOUT[width], height: 900 });
    await sheet(`govuk-${width}`, beside, { columns: 5, width: width === 360 ? 240 : 380, height: 1100 });
  }
} finally {
  await browser.close();
  server.kill();
}
