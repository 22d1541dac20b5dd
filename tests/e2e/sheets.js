// Looks at styles from outside and inside the element. WebDriver runs it in the page with a verb and what belongs to it.
const host = document.querySelector("svar-questionnaire");
const names = [...getComputedStyle(document.body)].filter((name) => !name.startsWith("--"));

// Every computed style of these, and of what is drawn before and after them.
function styles(elements) {
  return elements.flatMap((element, index) => [null, "::before", "::after", "::placeholder", "::marker"].map((part) => {
    const style = getComputedStyle(element, part);
    const label = `${index} ${element.localName}.${element.className}${part ?? ""}`;
    return [label, Object.fromEntries(names.map((name) => [name, style.getPropertyValue(name)]))];
  }));
}

const LOOKS = {
  inside: () => [...host.shadowRoot.querySelectorAll(".svar, .svar *")],
  outside: () => [document.documentElement, document.body, ...document.querySelectorAll("#outside, #outside *")],
};

const VERBS = {
  // The element's container keeps its place, whatever the page's sheets say.
  place() {
    // A caret blinks.
    host.shadowRoot?.activeElement?.blur();
    const place = host.parentElement;
    // Nothing that is inherited is stopped here: to withstand it is the element's.
    const style = "position:absolute;left:0;top:0;width:640px;margin:0;padding:0;border:0;display:block;" +
      "writing-mode:horizontal-tb";
    for (const one of style.split(";")) {
      const [name, value] = one.split(":");
      place.style.setProperty(name, value, "important");
    }
  },
  note(which) {
    window.svarStyles = { ...window.svarStyles, [which]: styles(LOOKS[which]()) };
    return window.svarStyles[which].length * names.length;
  },
  // What is other than it was noted, at most a few of each.
  compare(which) {
    const now = styles(LOOKS[which]());
    const noted = window.svarStyles[which];
    if (now.length !== noted.length) return [`${now.length} instead of ${noted.length}`];
    const other = now.flatMap(([label, values], index) => {
      const was = noted[index][1];
      const properties = names.filter((name) => values[name] !== was[name]);
      return properties.map((name) => `${label} ${name}: ${was[name]} → ${values[name]}`);
    });
    return other.slice(0, 40);
  },
  all: (which) => JSON.stringify(styles(LOOKS[which]())),
  sheet(path) {
    return new Promise((done, fail) => {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.className = "hostile";
      link.href = path;
      link.onload = () => requestAnimationFrame(() => requestAnimationFrame(done));
      link.onerror = () => fail(`no ${path}`);
      document.head.append(link);
    });
  },
  // Where the element is, in the document.
  box() {
    const { x, y, width, height } = host.getBoundingClientRect();
    return { x: x + scrollX, y: y + scrollY, width, height };
  },
  // Each of these rules for a while, alone: how many of them the element's box follows.
  waver(text) {
    const all = new CSSStyleSheet();
    all.replaceSync(text);
    const box = () => JSON.stringify(host.getBoundingClientRect());
    const was = box();
    let moved = 0;
    for (const { cssText } of all.cssRules) {
      const one = new CSSStyleSheet();
      one.replaceSync(cssText);
      document.adoptedStyleSheets = [one];
      if (box() !== was) moved += 1;
    }
    document.adoptedStyleSheets = [];
    return box() === was ? moved : `${was} → ${box()}`;
  },
  // What a rule of the page makes of the element: its width, and whether it is there, the colour of the button and the size of the text inside.
  follows(text) {
    const one = new CSSStyleSheet();
    one.replaceSync(text);
    document.adoptedStyleSheets = [one];
    const [button, heading] = ["button.svar-button--primary", "h1"].map((name) => host.shadowRoot.querySelector(name));
    const [back, size] = [getComputedStyle(button).backgroundColor, getComputedStyle(heading).fontSize];
    // Whether somebody can see and hit it.
    const there = button.checkVisibility({ visibilityProperty: true }) && getComputedStyle(button).pointerEvents !== "none";
    const found = [host.getBoundingClientRect().width, there, back, size];
    document.adoptedStyleSheets = [];
    return found;
  },
  // How many rules the browser has read of the sheets that are on.
  rules: () => [...document.querySelectorAll("link.hostile")].reduce((sum, { sheet }) => sum + sheet.cssRules.length, 0),
  clean() {
    for (const link of document.querySelectorAll("link.hostile")) link.remove();
  },
};
return VERBS[arguments[0]](...[...arguments].slice(1));
