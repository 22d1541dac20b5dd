// Builds the pages into `dist/`, or the folder PAGES, which is emptied first: those named, or the four examples. The package
// `svar-questionnaire`, or the one in the folder PACKAGE, is laid beside them as it is and not bundled: its script finds its
// other files next to itself, and all pages share it.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const here = (path) => new URL(path, import.meta.url);
const read = (path) => readFile(here(path), "utf8");
const given = (name, otherwise) => (process.env[name] ? pathToFileURL(`${resolve(process.env[name])}/`) : here(otherwise));
const pack = given("PACKAGE", "vendor/svar-questionnaire/");
const dist = given("PAGES", "dist/");
const out = (path) => new URL(path, dist);

const manifest = JSON.parse(await readFile(new URL("package.json", pack), "utf8"));
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

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await cp(pack, out("svar-questionnaire/"), { recursive: true, dereference: true });

const asked = process.argv.slice(2);
const pages = asked.length ? asked : ["plain", "react", "aksel", "designsystemet"];
if (pages.some((name) => comparing.has(name))) execFileSync(process.execPath, [fileURLToPath(here("stub.mjs")), out("stub").href]);
const withScript = pages.filter((name) => name !== "plain");
await build({
  absWorkingDir: fileURLToPath(here(".")),
  entryPoints: withScript.map((name) => ({ in: `${name}/page.tsx`, out: `${name}/page` })),
  outdir: fileURLToPath(dist),
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
  const sheet = await readFile(out(`${name}/page.css`), "utf8");
  const pictures = new Map();
  const slim = sheet.replace(/url\((["']?)data:image\/svg\+xml;charset=utf-8,(.*?)\1\)/g, (_, quote, text) => {
    const svg = decodeURIComponent(text);
    const file = `${createHash("sha256").update(svg).digest("hex").slice(0, 12)}.svg`;
    pictures.set(file, svg);
    return `url(../pictures/${file})`;
  });
  if (pictures.size) await mkdir(out("pictures"), { recursive: true });
  for (const [file, svg] of pictures) await writeFile(out(`pictures/${file}`), svg);
  await writeFile(out(`${name}/page.css`), slim);
}

const hash = createHash("sha384").update(await readFile(out(entry.slice(3)))).digest("base64");
const fill = async (path) =>
  writeFile(out(path), (await read(path)).replace("__SVAR_SRC__", entry).replace("__SVAR_INTEGRITY__", `sha384-${hash}`));
for (const name of pages) {
  await mkdir(out(name), { recursive: true });
  // What esbuild has not made is the page's own.
  const own = name === "plain" ? await readdir(here(name)) : ["index.html"];
  for (const file of own) await fill(`${name}/${file}`);
}
