// Writes a stand-in for the package `svar-questionnaire`: its interface and its style, and a form that goes nowhere. It
// is for working on these pages without a Rust compiler; `cargo xtask dist` writes the real package. A folder can be named.

import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";

const style = new URL("../style/", import.meta.url);
const folder = new URL(`${process.argv[2] ?? "vendor/svar-questionnaire"}/`, import.meta.url);

// The order of src/bin/xtask/style.rs.
const first = ["page-shell.css", "tokens.css", "base.css", "header.css", "page.css"];
const rest = (await readdir(style)).filter((name) => name.endsWith(".css") && !first.includes(name)).sort();
const css = await Promise.all([...first, ...rest].map((name) => readFile(new URL(name, style), "utf8")));

const form = {
  header: ["Helse og arbeid", ["Bokmål", "Nynorsk", "English"]],
  progress: "Side 2 av 6",
  title: "Arbeidet ditt",
  radio: [
    "Hvor fornøyd er du med arbeidet ditt, alt i alt?",
    "Tenk på de siste fire ukene.",
    ["Svært fornøyd", "Ganske fornøyd", "Verken fornøyd eller misfornøyd", "Misfornøyd"],
  ],
  checkbox: ["Hva har du vært plaget av?", ["Vondt i nakke eller skuldre", "Hodepine", "Ingen av disse"]],
  number: ["Hvor mange timer arbeider du i uken?", "Skriv et tall mellom 0 og 100, for eksempel 37,5."],
  select: ["Hvilket fylke bor du i?", ["Velg", "Agder", "Akershus", "Vestland"]],
  text: ["Er det noe du vil legge til?", "500 tegn igjen av 500"],
};

const script = `const sheet = new CSSStyleSheet();
sheet.replaceSync(${JSON.stringify(`:host { display: block; column-rule-color: CanvasText }\n${css.join("\n")}`)});
const form = ${JSON.stringify(form)};

function el(tag, given, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}
const button = (kind, text, act) => {
  const node = el("button", { type: "button", class: \`svar-button \${kind}\` }, text);
  node.addEventListener("click", act);
  return node;
};
const option = (type, group, text, place) =>
  el("div", { class: "svar-option" },
    el("input", { class: "svar-option-input", type, name: group, id: \`\${group}-\${place}\`, ...(place === 1 && { checked: "" }) }),
    el("label", { class: "svar-option-label", for: \`\${group}-\${place}\` }, el("span", { class: "svar-option-text" }, text)));
const question = (id, label, notes, ...field) =>
  el("div", { class: "svar-question" }, el("label", { class: "svar-question-label", for: id }, label), ...notes, ...field);

function draw(next, send) {
  const error = "Skriv et tall mellom 0 og 100.";
  return el("div", { class: "svar" },
    el("header", { class: "svar-header" }, el("p", { class: "svar-brand" }, form.header[0]),
      el("nav", { class: "svar-languages", "aria-label": "Språk" }, ...form.header[1].map((name, place) =>
        el("button", { class: "svar-language", type: "button", "aria-pressed": String(place === 0) }, name)))),
    el("div", { class: "svar-page" },
      el("div", { class: "svar-notice", role: "status" }, el("p", {}, "Svarene du ga sist, er her igjen.")),
      el("div", { class: "svar-progress" }, el("p", { class: "svar-progress-text" }, form.progress),
        el("progress", { class: "svar-progress-bar", value: "2", max: "6", "aria-hidden": "true" })),
      el("div", { class: "svar-summary svar-summary--error", role: "group", tabindex: "-1", "aria-labelledby": "summary" },
        el("h2", { class: "svar-summary-title", id: "summary" }, "Ett svar må rettes"),
        el("ul", {}, el("li", {}, el("a", { href: "#hours" }, error)))),
      el("div", { class: "svar-summary svar-summary--unanswered", role: "group", tabindex: "-1" },
        el("h2", { class: "svar-summary-title" }, "Ett spørsmål er ikke besvart"),
        el("ul", {}, el("li", {}, el("a", { href: "#county" }, form.select[0]))),
        el("p", {}, "Du kan svare nå, eller gå videre uten.")),
      el("h1", { class: "svar-heading" }, form.title),
      el("form", { class: "svar-form" },
        el("fieldset", { class: "svar-question" }, el("legend", { class: "svar-question-label" }, form.radio[0]),
          el("p", { class: "svar-help" }, form.radio[1]),
          el("div", { class: "svar-options" }, ...form.radio[2].map((text, place) => option("radio", "pleased", text, place)))),
        el("fieldset", { class: "svar-question" }, el("legend", { class: "svar-question-label" }, form.checkbox[0]),
          el("div", { class: "svar-options" }, ...form.checkbox[1].map((text, place) => option("checkbox", "pain", text, place)))),
        question("hours", form.number[0],
          [el("p", { class: "svar-help" }, form.number[1]), el("p", { class: "svar-error" }, error)],
          el("input", { class: "svar-input svar-input--short", id: "hours", type: "text", value: "370", "aria-invalid": "true" })),
        question("county", form.select[0], [el("p", { class: "svar-unanswered" }, "Ikke besvart")],
          el("select", { class: "svar-input svar-input--medium", id: "county" }, ...form.select[1].map((text) => el("option", {}, text)))),
        question("more", form.text[0], [], el("textarea", { class: "svar-input", id: "more", rows: "4" }), el("p", { class: "svar-counter" }, form.text[1])),
        el("div", { class: "svar-actions" }, button("svar-button--secondary", "Tilbake", () => {}),
          button("svar-button--primary", "Neste", next), button("svar-button--plain", "Send", send)))),
    el("footer", { class: "svar-footer" }, el("button", { class: "svar-link", type: "button" }, "Trenger du hjelp?"),
      el("button", { class: "svar-link", type: "button" }, "Hvem kan jeg spørre?")));
}

const darkDevice = matchMedia("(prefers-color-scheme: dark)");

export class SvarQuestionnaire extends HTMLElement {
  static observedAttributes = ["study", "wave", "lang", "scheme"];
  #view;
  #step = 1;
  #watch = new MutationObserver(() => this.#wear());
  #wear = () => {
    // "auto" follows the page around the element, which need not follow the device. What a page says by a meta element
    // is in no computed \`color-scheme\`, but shows in the system's colours.
    const asked = this.getAttribute("scheme");
    const light = asked === "light" || (asked !== "dark" && /\\d+/.exec(getComputedStyle(this).columnRuleColor)[0] < 128);
    this.#view?.classList.toggle("svar--dark", !light);
    this.#view?.classList.toggle("svar--light", light);
  };
  invitation = "";
  invitationSupplier = undefined;
  state = "idle";

  constructor() {
    super();
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
  }
  connectedCallback() {
    this.#view ??= this.shadowRoot.appendChild(draw(
      () => this.#tell("svar-page", { step: "part-1", page: (this.#step += 1), pages: 6 }),
      () => this.#tell("svar-submitted", { reference: "STUB-0000", part: "part-1" })));
    for (let node = this.parentNode; node; node = node.parentNode ?? node.host) this.#watch.observe(node, { attributes: true });
    darkDevice.addEventListener("change", this.#wear);
    this.#wear();
    if (!this.getAttribute("study")) {
      this.state = "failed";
      return queueMicrotask(() => this.#tell("svar-error", { code: "study" }));
    }
    this.state = "ready";
    queueMicrotask(() => this.#tell("svar-ready", { study: this.getAttribute("study"), wave: this.getAttribute("wave") }));
  }
  disconnectedCallback() {
    this.#watch.disconnect();
    darkDevice.removeEventListener("change", this.#wear);
  }
  attributeChangedCallback() {
    // Outside a document nothing is computed.
    if (this.isConnected) this.#wear();
  }
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }
  async whenAtRest() {}
  restart() {}
}

export function define(name = "svar-questionnaire") {
  if (!customElements.get(name)) customElements.define(name, name === "svar-questionnaire" ? SvarQuestionnaire : class extends SvarQuestionnaire {});
}
export function allowStudies() {}
define();
`;

const types = `export type SvarState = "idle" | "loading" | "ready" | "failed" | "crashed";

export interface SvarEventMap {
  "svar-ready": CustomEvent<{ study: string; wave: string }>;
  "svar-page": CustomEvent<{ step: string; page: number; pages: number }>;
  "svar-submitted": CustomEvent<{ reference: string; part: string }>;
  "svar-error": CustomEvent<{ code: string }>;
}

export class SvarQuestionnaire extends HTMLElement {
  invitation: string;
  invitationSupplier: (() => Promise<string>) | undefined;
  readonly state: SvarState;
  whenAtRest(): Promise<void>;
  restart(): void;
  addEventListener<Name extends keyof SvarEventMap>(
    type: Name, listener: (this: SvarQuestionnaire, event: SvarEventMap[Name]) => void, options?: boolean | AddEventListenerOptions): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
}

export function define(name?: string): void;
export function allowStudies(origin: string): void;

declare global {
  interface HTMLElementTagNameMap {
    "svar-questionnaire": SvarQuestionnaire;
  }
}
`;

const manifest = {
  name: "svar-questionnaire",
  version: "0.0.0",
  type: "module",
  exports: { ".": { types: "./index.d.ts", default: "./index.js" } },
};

await mkdir(folder, { recursive: true });
await writeFile(new URL("index.js", folder), script);
await writeFile(new URL("index.d.ts", folder), types);
await writeFile(new URL("package.json", folder), `${JSON.stringify(manifest, null, 2)}\n`);
