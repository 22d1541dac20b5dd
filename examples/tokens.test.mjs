// What style/tokens.css falls through to exists in the design systems' packages, and can be read, in light and in dark. A
// package that renames a token would otherwise leave the form in a mixture of its colours and ours, and nobody would know.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";

const read = (path) => readFile(new URL(path, import.meta.url), "utf8");
const ours = await read("../style/tokens.css");

/** The design system's name behind one of ours. */
const behind = (token, prefix) => new RegExp(`--svar_${token}: var\\([^;]*?(--${prefix}-[a-z0-9-]+)`).exec(ours)?.[1];

/** What the rules whose selector passes declare; the last one counts. */
function declared(css, passes) {
  const rules = [...css.replace(/\/\*[^]*?\*\//g, "").matchAll(/([^{};]+)\{([^{}]*)\}/g)];
  const bodies = rules.filter(([, selector]) => passes(selector.split(",").map((part) => part.trim()))).map(([, , body]) => body);
  return new Map([...bodies.join(";").matchAll(/(--[a-z0-9-]+)\s*:\s*([^;]+)/gi)].map(([, name, value]) => [name, value.trim()]));
}

/** The value at the end of a chain of var(). */
function value(names, name) {
  const found = names.get(name);
  const next = /^var\((--[A-Za-z0-9-]+)\)$/.exec(found)?.[1];
  return next ? value(names, next) : found;
}

function luminance(colour) {
  const hex = { white: "#fff", black: "#000" }[colour] ?? colour;
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(hex)?.[1];
  assert.ok(digits, `expected an opaque colour, found ${colour}`);
  const pairs = digits.length === 3 ? [...digits].map((digit) => digit + digit) : digits.match(/../g);
  const [red, green, blue] = pairs.map((pair) => parseInt(pair, 16) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [lighter, darker] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

const tokens = ["back", "surface", "text", "accent", "on-accent", "mark", "danger", "notice", "font", "radius"];
const pairs = ["text", "mark", "danger"].flatMap((text) => [[text, "back"], [text, "surface"]]).concat([["on-accent", "accent"]]);

for (const { system, prefix, sheet, dark } of [
  { system: "Designsystemet", prefix: "ds", sheet: "node_modules/@digdir/designsystemet-theme/src/themes/designsystemet.css", dark: '[data-color-scheme="dark"]' },
  { system: "Aksel", prefix: "ax", sheet: "node_modules/@navikt/ds-css/dist/global/tokens.css", dark: ".dark" },
]) {
  const css = await read(sheet);
  const light = declared(css, (selectors) => selectors.some((selector) => selector.startsWith(":root")));
  const schemes = { light, dark: new Map([...light, ...declared(css, (selectors) => selectors.includes(dark))]) };

  test(`${system} has every token`, () => {
    const missing = tokens.filter((token) => !value(light, behind(token, prefix)));
    assert.deepEqual(missing, []);
    assert.notEqual(value(schemes.dark, behind("back", prefix)), value(light, behind("back", prefix)), "dark is not found");
  });

  for (const [scheme, names] of Object.entries(schemes)) {
    test(`${system} can be read in ${scheme}`, () => {
      for (const [text, ground] of pairs) {
        const ratio = contrast(value(names, behind(text, prefix)), value(names, behind(ground, prefix)));
        assert.ok(ratio >= 4.5, `${text} on ${ground}: expected 4.5, found ${ratio.toFixed(2)}`);
      }
    });
  }
}
