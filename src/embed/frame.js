// <svar-frame>: one of the widget's own pages in a frame, for a page that is not to read the answers (docs/embedding.md).
// The two speak through a channel of their own; this side hears that the page is ready, how high it is, and when another is
// shown, and nothing of what is answered.

const NAME = "svar-frame";

const TITLES = { nb: "Spørreskjema", nn: "Spørjeskjema", en: "Questionnaire" };

// For those who look after the page, which may have replaced the console with something that falls.
function complain(words) {
  try {
    console.error("svar:", words);
  } catch {
    // There is nowhere else to say it.
  }
}

export class SvarFrame extends HTMLElement {
  static observedAttributes = ["src", "lang"];

  #root = this.attachShadow({ mode: "open" });
  #frame;
  #shown;
  #invitation;
  #due = false;

  /** The invitation, as it stood in the link: written, never read. It is in no attribute and no address. */
  set invitation(value) {
    this.#invitation = value === undefined || value === null ? undefined : String(value);
    this.#begin();
  }

  connectedCallback() {
    if (Object.hasOwn(this, "invitation")) {
      const { invitation } = this;
      delete this.invitation;
      this.invitation = invitation;
    }
    this.#begin();
  }

  disconnectedCallback() {
    this.#clear();
  }

  attributeChangedCallback(name, before, now) {
    if (before !== now) this.#begin();
  }

  #begin() {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      if (this.isConnected) this.#follow();
    });
  }

  // What is said again, and another language, take nothing away from somebody who is answering. Until the page has said who
  // it is for, there is no frame.
  #follow() {
    const src = this.getAttribute("src");
    const wanted = src && this.#invitation !== undefined ? JSON.stringify([src, this.#invitation]) : undefined;
    if (wanted === this.#shown) return;
    this.#clear();
    this.#shown = wanted;
    if (!wanted) return;
    try {
      this.#show(new URL(src, document.baseURI));
    } catch {
      complain("expected the address of a study's page, found something else");
    }
  }

  #clear() {
    this.#frame = this.#shown = undefined;
    this.#root.replaceChildren();
  }

  #show(address) {
    const lang = this.lang || this.closest("[lang]")?.lang || "nb";
    const frame = document.createElement("iframe");
    frame.title = TITLES[lang.slice(0, 2)] ?? TITLES.nb;
    frame.referrerPolicy = "no-referrer";
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads allow-modals");
    Object.assign(frame.style, {
      display: "block",
      width: "100%",
      height: "600px",
      border: "0",
      scrollMarginTop: "var(--svar-sticky-top, 0px)",
    });
    frame.addEventListener("load", () => this.#connect(frame, address.origin, lang));
    frame.src = address.href;
    this.#frame = frame;
    this.#root.replaceChildren(frame);
  }

  #connect(frame, origin, lang) {
    if (frame !== this.#frame) return;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => {
      if (frame !== this.#frame) return;
      const height = data?.height;
      if (Number.isSafeInteger(height) && height > 0 && height < 100_000) frame.style.height = `${height}px`;
      if (data?.top === true) frame.scrollIntoView();
      if (data?.ready === true) this.dispatchEvent(new CustomEvent("svar-ready", { bubbles: true }));
    };
    // To that origin alone: should anything else stand in the frame, it gets nothing.
    frame.contentWindow.postMessage({ svar: 1, invitation: this.#invitation, lang }, origin, [port2]);
  }
}

/** Gives the element its name, or another where that is taken. A page that does not let it is told in the console. */
export function define(name = NAME) {
  try {
    const there = customElements.get(name);
    const ours = there === SvarFrame || there?.prototype instanceof SvarFrame;
    if (!there) customElements.define(name, name === NAME ? SvarFrame : class extends SvarFrame {});
    else if (!ours) complain(`<${name}> is taken by another element`);
  } catch (error) {
    complain(`<${name}> cannot be defined: ${error?.message}`);
  }
}

define();
