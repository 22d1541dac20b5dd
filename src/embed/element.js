// <svar-questionnaire>: the widget as an element of somebody else's page (docs/embedding.md). The page around is not
// trusted with more than it can see anyway: no event, attribute or property holds an answer or the invitation.

const NAME = "svar-questionnaire";

// How long a widget may be off the page before it is taken down: long enough for a page that moves it, and for its draft.
const GRACE = 1_000;

const STYLE = __SVAR_ELEMENT_STYLE__;

// How long a page may take to come to an invitation.
const STALLS = 30_000;

// In place of an invitation: there is none, and none will come.
const NONE = Symbol("no invitation");

// Of addresses without a host, each of which is "null" to all others.
const OPAQUE = "null";

// Where studies may lie: where this script lies, and where the page's own code says.
const studies = new Set([new URL(import.meta.url).origin].filter((origin) => origin !== OPAQUE));

/** Lets `study` point to these origins as well. For the page's own code alone: an attribute cannot. */
export function allowStudies(...origins) {
  const allowed = origins.map((asked) => {
    const { origin } = new URL(asked);
    if (origin === OPAQUE) throw new TypeError(`svar: expected an origin such as https://svar.example, found ${asked}`);
    return origin;
  });
  for (const origin of allowed) studies.add(origin);
}

let sheet;
function dress(root) {
  try {
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
    }
    root.adoptedStyleSheets = [sheet];
    if (root.adoptedStyleSheets.length === 1) return;
  } catch {
    // A page may have broken constructed sheets; then there is the file.
  }
  const link = make("link");
  link.rel = "stylesheet";
  link.crossOrigin = "anonymous";
  link.integrity = "__SVAR_ELEMENT_CSS_INTEGRITY__";
  link.href = new URL("./__SVAR_ELEMENT_CSS__", import.meta.url);
  root.append(link);
}

// Twelve digits of the id, as the receipt shows them.
const reference = (uuid) => uuid.replaceAll("-", "").slice(0, 12).toUpperCase().match(/.{4}/g).join("-");

// What is typed stays within: to the page's hotkeys a field in here is no field, and they would take letters away. Keys by
// which a page closes a dialogue or keeps the focus in one go on, and so do its shortcuts.
function keep(event) {
  const { key, ctrlKey, metaKey } = event;
  const shortcut = (ctrlKey || metaKey) && !event.getModifierState?.("AltGraph");
  if (!shortcut && !["Escape", "Tab"].includes(key)) event.stopPropagation();
}

// Those that load or show something.
const begun = new Set();
// The program has crashed: no element of this page can be answered until it is loaded anew.
let over = false;
const device = matchMedia("(prefers-color-scheme: dark)");

export class SvarQuestionnaire extends HTMLElement {
  static observedAttributes = ["study", "wave", "lang", "scheme"];

  #host = element("div", "svar-host");
  #invitation;
  #supplier;
  #entered;
  #anew = false;
  #state = "idle";
  #number;
  #around;
  #due = false;
  #round = 0;
  #leaving;
  #resting = true;
  #waiting = [];
  #surroundings = window.MutationObserver && new MutationObserver(() => this.#colour());
  #bare = false;

  constructor() {
    super();
    try {
      const root = this.attachShadow({ mode: "open" });
      dress(root);
      root.append(this.#host);
      for (const name of ["keydown", "keypress", "keyup"]) root.addEventListener(name, keep);
    } catch {
      this.#bare = true;
    }
  }

  /** "idle", "loading", "ready", "failed" or "crashed". */
  get state() {
    return this.#state;
  }

  /** The invitation, as it stood in the link: written, never read. Until there is one, the element waits. */
  set invitation(value) {
    this.#invitation = value === undefined || value === null ? undefined : String(value);
    this.#begin();
  }

  /** A function that comes to the invitation, asked when it is needed. */
  set invitationSupplier(value) {
    this.#supplier = typeof value === "function" ? value : undefined;
    this.#begin();
  }

  get study() {
    return this.getAttribute("study") ?? "";
  }

  set study(value) {
    this.setAttribute("study", value);
  }

  get wave() {
    return this.getAttribute("wave") ?? "";
  }

  set wave(value) {
    this.setAttribute("wave", value);
  }

  get scheme() {
    return this.getAttribute("scheme") ?? "auto";
  }

  set scheme(value) {
    this.setAttribute("scheme", value);
  }

  /** Comes in once more, as after a reload. */
  restart() {
    this.#begin(true);
  }

  /** Comes when nothing is left that only this page can deliver, or still has to save. */
  whenAtRest() {
    return this.#resting ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  connectedCallback() {
    if (this.#leaving) clearTimeout(this.#leaving);
    this.#leaving = undefined;
    // Said in its place all the same, though in the page's own style.
    if (this.#bare) this.append(this.#host);
    for (let node = this; node; node = node.assignedSlot ?? node.parentNode ?? node.host) {
      this.#surroundings?.observe(node, { attributes: true });
    }
    device.addEventListener("change", this.#colour);
    // What the page set before this script came.
    for (const name of ["invitation", "invitationSupplier", "study", "wave", "scheme"]) {
      if (Object.hasOwn(this, name)) {
        const value = this[name];
        delete this[name];
        this[name] = value;
      }
    }
    this.#unit();
    this.#colour();
    this.#begin(this.#number === undefined);
  }

  disconnectedCallback() {
    this.#surroundings?.disconnect();
    device.removeEventListener("change", this.#colour);
    this.#leaving = setTimeout(() => this.whenAtRest().then(() => {
      if (!this.isConnected) this.#end();
    }), GRACE);
  }

  attributeChangedCallback(name, before, now) {
    if (before === now || !this.isConnected) return;
    if (name === "scheme") return this.#colour();
    if (name === "lang" && this.#number !== undefined) return tagOf(now) && speak(this.#number, now);
    this.#begin(name === "lang");
  }

  // Several changes at once are one; and a page that draws itself anew says the same again, which takes nothing away from
  // somebody who is answering. A supplier is a new function each time, and asked once for all of them.
  #begin(anew = false) {
    if (!this.isConnected || this.#state === "crashed") return;
    this.#anew ||= anew;
    if (this.#due) return;
    this.#due = true;
    soon(() => {
      const goes = this.#anew || this.#wanted() !== this.#entered;
      this.#due = this.#anew = false;
      if (goes && this.isConnected) this.#enter(++this.#round);
    });
  }

  #wanted() {
    return JSON.stringify([this.study, this.wave, this.#supplier ? true : this.#invitation ?? null]);
  }

  async #enter(round) {
    const language = tagOf(this.lang || this.closest("[lang]")?.lang) ?? "nb";
    const stays = () => round === this.#round && this.isConnected && this.#state !== "crashed";
    // What only this page can deliver is not taken down for what comes next.
    await this.whenAtRest();
    if (!stays()) return;
    this.#end();
    this.#entered = this.#wanted();
    if (!this.study) return;
    if (over) return this.#crashes(language);
    begun.add(this);
    this.#state = "loading";
    this.#says(language, "loading");
    try {
      const lack = this.#bare ? "attachShadow" : lacks();
      if (lack) return this.#fails(language, "old", lack);
      const study = this.#address();
      if (!study) return this.#fails(language, "study");
      const [token] = await Promise.all([this.#token(), load()]);
      if (!stays()) return;
      // The page has yet to say who it is for.
      if (token === undefined) return;
      if (token === NONE) return this.#fails(language, "broken", undefined, "supplier");
      const around = element("div", "svar-around");
      this.#around = around;
      this.#host.replaceChildren(around);
      this.#unit();
      const wave = this.wave || undefined;
      this.#number = mount(around, study.href, token, wave, language, location.origin, this.#hears(around));
      this.#colour();
    } catch (error) {
      if (!stays()) return;
      complain(error);
      // So it is called where the page's policy does not allow any.
      this.#fails(language, error instanceof WebAssembly.CompileError ? "old" : "broken");
    }
  }

  // Where the study lies, if it may lie there.
  #address() {
    try {
      const study = new URL(this.study, this.baseURI);
      if (studies.has(study.origin)) return study;
      complain(`expected a study of ${[...studies].join(", ") || "an origin that is allowed"}, found one of ${study.origin}`);
    } catch {
      complain("expected the address of a study, found something else");
    }
    return undefined;
  }

  // What a supplier throws is not passed on: it may hold the invitation.
  async #token() {
    if (!this.#supplier) return this.#invitation;
    try {
      const given = await within(STALLS, "invitationSupplier", async () => this.#supplier());
      if (typeof given === "string") return given;
    } catch {
      // As if it had given none.
    }
    complain("expected a string of invitationSupplier, found none, or an error");
    return NONE;
  }

  // "auto" follows the page around, which need not follow the device. What a page says by a meta element is in no computed
  // `color-scheme`, but shows in the system's colours: the style sheet has one of them, that of text, where it draws nothing.
  #colour = () => {
    // Outside a document nothing is computed.
    if (!this.isConnected) return;
    const { scheme } = this;
    const [red] = /\d+/.exec(getComputedStyle(this).columnRuleColor) ?? [];
    const light = scheme === "light" || (scheme !== "dark" && red < 128);
    for (const root of this.#host.querySelectorAll(".svar")) {
      root.classList.toggle("svar--dark", !light);
      root.classList.toggle("svar--light", light);
    }
  };

  // A page may have any root font size; the reader's own is what `medium` is.
  #unit() {
    if (!this.isConnected) return;
    const size = getComputedStyle(this.#host).fontSize;
    this.#host.style.setProperty("--svar-reader", size);
  }

  // What one widget tells, as long as it is the one that is shown.
  #hears(around) {
    return (name, detail) => {
      if (name === "crash") return SvarQuestionnaire.#crash();
      if (around !== this.#around) return;
      if (name === "rest") {
        this.#rests(detail.rest);
      } else if (name === "ready") {
        this.#state = "ready";
        this.#tells("ready", detail);
      } else if (name === "page") {
        this.#tells("page", detail);
      } else if (name === "submitted") {
        this.#tells("submitted", { part: detail.part, reference: reference(detail.uuid) });
      } else if (name === "error") {
        this.#state = "failed";
        this.#tells("error", detail);
      }
    };
  }

  #tells(name, detail) {
    // After what the widget is doing: a listener may take it away.
    soon(() => this.dispatchEvent(new CustomEvent(`svar-${name}`, { bubbles: true, detail })));
  }

  #rests(rest) {
    this.#resting = rest;
    if (rest) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #says(language, what, more, lack) {
    say(this.#host, language, what, more, lack);
    this.#unit();
    this.#colour();
  }

  #fails(language, what, lack, code = what) {
    begun.delete(this);
    this.#state = "failed";
    this.#says(language, what, [make("slot")], lack);
    this.#tells("error", { code });
  }

  static #crash() {
    over = true;
    for (const each of begun) each.#crashes();
  }

  static {
    onCrash(SvarQuestionnaire.#crash);
  }

  #crashes(language = this.#host.querySelector(".svar")?.lang) {
    if (this.#state === "crashed") return;
    this.#state = "crashed";
    this.#number = undefined;
    this.#rests(true);
    soon(() => this.#says(language, "crashed", [make("slot")]));
    this.#tells("error", { code: "crashed" });
  }

  #end() {
    if (this.#number !== undefined) unmount(this.#number);
    this.#number = undefined;
    this.#around = undefined;
    begun.delete(this);
    this.#rests(true);
    // That is still so when it comes back.
    if (this.#state === "crashed") return;
    this.#state = "idle";
    this.#host.replaceChildren();
  }
}

/** Gives the element its name, or another where that is taken. A page that does not let it is told in the console. */
export function define(name = NAME) {
  try {
    const there = customElements.get(name);
    const ours = there === SvarQuestionnaire || there?.prototype instanceof SvarQuestionnaire;
    if (!there) customElements.define(name, name === NAME ? SvarQuestionnaire : class extends SvarQuestionnaire {});
    else if (!ours) complain(`<${name}> is taken by another element`);
  } catch (error) {
    complain(`<${name}> cannot be defined: ${error?.message}`);
  }
}

define();
