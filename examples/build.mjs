// Builds the pages into `dist/`: those named, or the four examples. The package `svar-questionnaire` is laid beside them as it is and not bundled: its
// script finds its other files next to itself, and all pages share it.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";

const here = (path) => new URL(path, import.meta.url);
const read = (path) => readFile(here(path), "utf8");

const manifest = JSON.parse(await read("vendor/svar-questionnaire/package.json"));
const main = manifest.exports?.["."]?.default ?? manifest.exports?.["."]?.import ?? manifest.module ?? manifest.main;
const entry = `../svar-questionnaire/${main.replace(/^\.\//, "")}`;

const comparing = new Set(["compare", "govuk"]);
const beside = {
  name: "beside",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^svar-questionnaire$/ }, ({ resolveDir }) => ({
      // The pages that compare have the stand-in, which says what the columns beside it say.
      path: comparing.has(basename(resolveDir)) ? "../stub/index.js" : entry,
      external: true,
    })),
};

// GOV.UK's typeface is for its own domain only; after it in every list of the sheet stands Arial. One condition is for a
// browser that is gone, and no CSS.
const noTransport = {
  name: "no GDS Transport",
  setup: ({ onLoad }) =>
    onLoad({ filter: /govuk-frontend\.min\.css$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(/@font-face\{[^}]*\}/g, "").replaceAll(/"?GDS Transport"?,/g, "").replaceAll("screen\\0 and", "screen and (width < 0) and"),
      loader: "css",
    })),
};

// Of 961 icons a page needs a handful. The package says so (`sideEffects`), but not in the folder that esbuild looks in.
const fewIcons = {
  name: "few icons",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\./ }, ({ importer, resolveDir, path }) =>
      importer.endsWith("aksel-icons/dist/react/esm/index.js") ? { path: join(resolveDir, path), sideEffects: false } : undefined),
};

await rm(here("dist"), { recursive: true, force: true });
await mkdir(here("dist"), { recursive: true });
await cp(here("vendor/svar-questionnaire/"), here("dist/svar-questionnaire/"), { recursive: true, dereference: true });

const asked = process.argv.slice(2);
const pages = asked.length ? asked : ["plain", "react", "aksel", "designsystemet"];
if (pages.some((name) => comparing.has(name))) execFileSync(process.execPath, [here("stub.mjs").pathname, "dist/stub"]);
const withScript = pages.filter((name) => name !== "plain");
await build({
  absWorkingDir: here(".").pathname,
  entryPoints: withScript.map((name) => ({ in: `${name}/page.tsx`, out: `${name}/page` })),
  outdir: "dist",
  assetNames: "fonts/[name]",
  loader: { ".woff": "file", ".woff2": "file" },
  bundle: true,
  external: ["/assets/*"],
  format: "esm",
  target: ["chrome111", "firefox115", "safari16.4"],
  jsx: "automatic",
  minify: true,
  define: { "process.env.NODE_ENV": '"production"' },
  plugins: [beside, fewIcons, noTransport],
  logLevel: "warning",
});

// Pictures written into a style sheet become files: a page whose policy says `img-src 'self'` may show those.
for (const name of withScript) {
  const sheet = await readFile(here(`dist/${name}/page.css`), "utf8");
  const pictures = new Map();
  const slim = sheet.replace(/url\((["']?)data:image\/svg\+xml;charset=utf-8,(.*?)\1\)/g, (_, quote, text) => {
    const svg = decodeURIComponent(text);
    const file = `${createHash("sha256").update(svg).digest("hex").slice(0, 12)}.svg`;
    pictures.set(file, svg);
    return `url(../pictures/${file})`;
  });
  if (pictures.size) await mkdir(here("dist/pictures"), { recursive: true });
  for (const [file, svg] of pictures) await writeFile(here(`dist/pictures/${file}`), svg);
  await writeFile(here(`dist/${name}/page.css`), slim);
}

const hash = createHash("sha384").update(await readFile(here(`dist/${entry.slice(3)}`))).digest("base64");
for (const name of pages) {
  await mkdir(here(`dist/${name}`), { recursive: true });
  const page = (await read(`${name}/index.html`)).replace("__SVAR_SRC__", entry).replace("__SVAR_INTEGRITY__", `sha384-${hash}`);
  await writeFile(here(`dist/${name}/index.html`), page);
}
for (const file of pages.includes("plain") ? await readdir(here("plain")) : []) {
  if (file !== "index.html") await cp(here(`plain/${file}`), here(`dist/plain/${file}`));
}
