// Builds the pages into `dist/`: those named, or the four examples. The package `svar-questionnaire` is laid beside them as it is and not bundled: its
// script finds its other files next to itself, and all pages share it.

import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const here = (path) => new URL(path, import.meta.url);
const read = (path) => readFile(here(path), "utf8");

const manifest = JSON.parse(await read("vendor/svar-questionnaire/package.json"));
const main = manifest.exports?.["."]?.default ?? manifest.exports?.["."]?.import ?? manifest.module ?? manifest.main;
const entry = `../svar-questionnaire/${main.replace(/^\.\//, "")}`;

const beside = {
  name: "beside",
  setup: ({ onResolve }) => onResolve({ filter: /^svar-questionnaire$/ }, () => ({ path: entry, external: true })),
};

await rm(here("dist"), { recursive: true, force: true });
await mkdir(here("dist"), { recursive: true });
await cp(here("vendor/svar-questionnaire/"), here("dist/svar-questionnaire/"), { recursive: true, dereference: true });

const asked = process.argv.slice(2);
const pages = asked.length ? asked : ["plain", "react", "aksel", "designsystemet"];
const withScript = pages.filter((name) => name !== "plain");
await build({
  absWorkingDir: here(".").pathname,
  entryPoints: withScript.map((name) => ({ in: `${name}/page.tsx`, out: `${name}/page` })),
  outdir: "dist",
  assetNames: "fonts/[name]",
  loader: { ".woff": "file", ".woff2": "file" },
  bundle: true,
  format: "esm",
  target: ["chrome111", "firefox115", "safari16.4"],
  jsx: "automatic",
  minify: true,
  define: { "process.env.NODE_ENV": '"production"' },
  plugins: [beside],
  logLevel: "warning",
});

const hash = createHash("sha384").update(await readFile(here(`dist/${entry.slice(3)}`))).digest("base64");
for (const name of pages) {
  await mkdir(here(`dist/${name}`), { recursive: true });
  const page = (await read(`${name}/index.html`)).replace("__SVAR_SRC__", entry).replace("__SVAR_INTEGRITY__", `sha384-${hash}`);
  await writeFile(here(`dist/${name}/index.html`), page);
}
for (const file of pages.includes("plain") ? await readdir(here("plain")) : []) {
  if (file !== "index.html") await cp(here(`plain/${file}`), here(`dist/plain/${file}`));
}
