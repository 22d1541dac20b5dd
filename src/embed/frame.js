// <svar-frame>: one of the widget's own pages in a frame, for a page that is not to read the answers (docs/embedding.md).
// The two speak through a channel of their own; this side hears that the page is ready, how high it is, and when another is
// shown, and nothing of what is answered.

const NAME = "svar-frame";

const TITLES = { nb: "Spørreskjema", nn: "Spørjeskjema", en: "Questionnaire" };

export class SvarFrame extends HTMLElement {
  static observedAttributes = ["src", "lang"];

  #root = this.attachShadow({ mode: "open" });
  #frame;
  #invitation = "";
  #due = false;

  /** The invitation, as it stood in the link: written, never read. It is in no attribute and no address. */
  set invitation(value) {
    this.#invitation = String(value ?? "");
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
    this.#root.replaceChildren();
  }

  attributeChangedCallback(name, before, now) {
    if (before !== now) this.#begin();
  }

  #begin() {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      if (this.isConnected && this.getAttribute("src")) this.#show();
    });
  }

  #show() {
    const address = new URL(this.getAttribute("src"), document.baseURI);
    const lang = this.lang || this.closest("[lang]")?.lang || "nb";
    const frame = document.createElement("iframe");
    frame.title = TITLES[lang.slice(0, 2)] ?? TITLES.nb;
    frame.referrerPolicy = "no-referrer";
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads allow-modals");
    Object.assign(frame.style, { display: "block", width: "100%", height: "600px", border: "0" });
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
      if (data?.top === true) this.scrollIntoView();
      if (data?.ready === true) this.dispatchEvent(new CustomEvent("svar-ready", { bubbles: true }));
    };
    // To that origin alone: should anything else stand in the frame, it gets nothing.
    frame.contentWindow.postMessage({ svar: 1, invitation: this.#invitation, lang }, origin, [port2]);
  }
}

/** Gives the element its name, or another where that is taken. */
export function define(name = NAME) {
  if (!customElements.get(name)) customElements.define(name, name === NAME ? SvarFrame : class extends SvarFrame {});
}

define();
