// Runs before every page of the test of payloads: counts what ran, and looks for what should not be there.
(() => {
  const seen = { hits: [], errors: [], odd: [] };
  window.svarSeen = seen;
  window.__svarHit = (name) => seen.hits.push(String(name));
  addEventListener("error", ({ message }) => seen.errors.push(String(message)));
  addEventListener("unhandledrejection", ({ reason }) => seen.errors.push(String(reason)));

  const TAGS = new Set(("a button dd details div dl dt fieldset form h1 h2 h3 input label legend li nav ol option p " +
    "progress section select span strong summary textarea time ul").split(" "));
  const prototype = Object.getOwnPropertyNames(Object.prototype).length;
  const soon = () => new Promise((done) => setTimeout(done));
  const root = (host) => (host ? host.shadowRoot : document);
  const inside = (host) => root(host)?.querySelector(".svar");
  const words = ({ textContent }) => textContent;

  // A form may have fields of any name, which stand in the place of its own.
  const [tag, space, attributes] = ["localName", "namespaceURI", "attributes"].map((name) => {
    const { get } = Object.getOwnPropertyDescriptor(Element.prototype, name);
    return (element) => get.call(element);
  });

  // What no page of the widget has, whatever it says.
  function oddities(host) {
    const odd = [];
    const widget = inside(host);
    for (const element of widget?.querySelectorAll("*") ?? []) {
      if (!TAGS.has(tag(element))) odd.push(`<${tag(element)}>`);
      if (space(element) !== "http://www.w3.org/1999/xhtml") odd.push(`{${space(element)}}`);
      for (const { name, value } of attributes(element)) {
        if (/^on|^style$|^src|^action$|^formaction$|^background$|:/.test(name)) odd.push(`${name}=${value}`);
        if (name === "href" && !/^(https:\/\/|tel:|mailto:|#)/.test(value)) odd.push(`href=${value}`);
        if (name === "id" && !/^[a-z0-9-]+$/.test(value)) odd.push(`id=${value}`);
      }
      if (tag(element) === "a" && !["https:", "tel:", "mailto:", location.protocol].includes(element.protocol)) {
        odd.push(`leads to ${element.protocol}`);
      }
    }
    const others = document.querySelectorAll("iframe, frame, object, embed, base, img, svg, math, video, audio");
    for (const { localName } of others) odd.push(`<${localName}> in the page`);
    const own = ({ src }) => src && new URL(src).origin === location.origin;
    if (![...document.scripts].every(own)) odd.push("a script");
    if (window.length) odd.push("frames");
    if (Object.getOwnPropertyNames(Object.prototype).length !== prototype) odd.push("Object.prototype");
    if (typeof document.title !== "string") odd.push("document.title");
    if (![document.documentElement, widget].every((one) => !one || typeof one.lang === "string")) odd.push("lang");
    seen.odd.push(...odd);
    return odd;
  }

  // What of this is not to be seen as often as it is expected: `whole` alone in an element, `rich` as all of a text box.
  function missing(host, { whole, rich }) {
    const widget = inside(host);
    if (!widget) return ["no widget"];
    const lost = (expected, elements) => {
      const left = new Map();
      for (const element of elements) left.set(words(element), (left.get(words(element)) ?? 0) + 1);
      return expected.filter((text) => {
        left.set(text, (left.get(text) ?? 0) - 1);
        return left.get(text) < 0;
      });
    };
    const alone = [...widget.querySelectorAll("*")].filter((element) => !element.firstElementChild);
    return lost(whole, alone).concat(lost(rich, widget.querySelectorAll(".svar-text")));
  }

  async function until(look) {
    for (let turn = 0; ; turn++) {
      const found = look();
      if (found || turn > 750) return found;
      await (turn < 5 ? soon() : new Promise((done) => setTimeout(done, 20)));
    }
  }

  async function stays(host, expected) {
    let lost;
    await until(() => (lost = missing(host, expected)).length === 0);
    return lost;
  }

  // One language after the other, and back to the first.
  async function tongues(host, expected) {
    const found = [];
    for (const [place, one] of [...expected.entries(), [0, expected[0]]]) {
      const button = [...root(host).querySelectorAll(".svar-language")][place];
      if (inside(host).lang !== one.tag) button.click();
      await soon();
      const lost = await stays(host, one);
      found.push(...lost.map((text) => [place, text]), ...oddities(host).map((text) => [place, text]));
      if (inside(host).lang !== one.tag) found.push([place, `lang ${inside(host).lang}`]);
      const name = { nb: "Bokmål", nn: "Nynorsk", en: "English" }[place < 2 ? one.tag : ""] ?? one.tag;
      if (button.textContent !== name) found.push([place, "its name"]);
    }
    return found;
  }

  const buttons = (host, text) => [...root(host).querySelectorAll("button")].filter((button) => words(button) === text);
  async function presses(host, text) {
    const found = await until(() => buttons(host, text)[0]);
    const all = () => [...root(host).querySelectorAll("button")].map(words).join(" | ").slice(0, 500);
    if (!found) return `no «${text}» among ${all()}`;
    found.click();
    await soon();
    return null;
  }

  const type = (field, text) => {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    return field.value;
  };

  // Chooses the first of everything, ticks what can be ticked, adds to the ranked, and writes 5 where a number goes.
  async function answers(host) {
    const scope = root(host);
    const names = new Set();
    for (const input of scope.querySelectorAll(".svar-form input:is([type=radio], [type=checkbox])")) {
      const first = input.type === "radio" || input.closest(".svar-options--apart") ? input.name || input.id : input.id;
      if (!names.has(first) && !input.closest(".svar-option--exclusive")) input.click();
      names.add(first);
    }
    for (const select of scope.querySelectorAll("select")) {
      select.value = "1";
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }
    for (let turn = 0; turn < 3; turn++) {
      scope.querySelector(".svar-ranking-add")?.click();
      await soon();
    }
    for (const field of scope.querySelectorAll("input[inputmode=numeric], input[inputmode=decimal]")) type(field, "5");
    await soon();
  }

  const fields = (host) => [...root(host).querySelectorAll(".svar-form input[type=text], .svar-form textarea")];
  const write = (host, texts) => fields(host).slice(0, texts.length).map((field, place) => type(field, texts[place]));

  window.svarDo = {
    oddities, missing, stays, tongues, presses, answers, write, fields, until, soon, root, inside, buttons, type,
  };
})();
