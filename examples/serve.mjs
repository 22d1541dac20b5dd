// Shows the pages on this machine under the policy that README.md speaks of:
//   node serve.mjs [FOLDER of a built site] [ORIGIN of its collection endpoint]
// The pages are those in `dist/`, or in the folder PAGES. What lies in neither folder is not there.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, normalize, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [site, endpoint = ""] = process.argv.slice(2);
const pages = resolve(process.env.PAGES || fileURLToPath(new URL("dist", import.meta.url)));
const folders = [pages, site && resolve(site)].filter(Boolean);
const portal = {
  study: process.env.STUDY ?? "/studies/health-at-work/study.svar",
  wave: process.env.WAVE ?? "q1",
  invitation: process.env.INVITATION ?? "",
};
const kinds = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
};
const policy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  `connect-src 'self' ${endpoint}`.trim(),
  "img-src 'self'",
  "font-src 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

function pathOf(url) {
  try {
    return normalize(decodeURI(new URL(url, "http://localhost").pathname)).replace(/\/$/, "/index.html");
  } catch {
    return undefined;
  }
}

createServer(async (request, response) => {
  const path = pathOf(request.url);
  const send = (status, kind, body) => {
    response.writeHead(status, { "content-type": kind, "content-security-policy": policy, "cache-control": "no-store" });
    response.end(body);
  };
  if (!path) return send(400, "text/plain", "bad request");
  if (path === "/portal.js") return send(200, kinds[".js"], `window.portal = ${JSON.stringify(portal)};\n`);
  if (path === "/favicon.ico") return send(204, kinds[".svg"]);
  for (const folder of folders) {
    try {
      return send(200, kinds[extname(path)] ?? "application/octet-stream", await readFile(folder + path));
    } catch {
      // The next folder may have it.
    }
  }
  send(404, "text/plain", "not found");
}).listen(Number(process.env.PORT ?? 8090), "127.0.0.1", function () {
  console.log(`http://127.0.0.1:${this.address().port}/plain/`);
});
