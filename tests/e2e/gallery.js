// What is measured on one state of the gallery, directly: each finding is a line of words. `verb` says which measure.
const [verb, ...given] = arguments;
const host = document.querySelector("#stage > svar-questionnaire:not([hidden])");
const root = host.shadowRoot;

const plain = (text) => (text ?? "").replace(/\s+/g, " ").trim().slice(0, 60);
const name = (element) => `${element.localName}${[...element.classList].map((one) => `.${one}`).join("")} «${plain(element.innerText || element.value || element.getAttribute("aria-label"))}»`;
const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
const everything = () => [...root.querySelectorAll("*")];
const hidden = (element) => element.closest(".svar-hidden") !== null;

// Colours as the browser computes them, as red, green and blue from 0 to 1, and opacity.
const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
function colour(text) {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = text;
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue, opacity] = canvas.getImageData(0, 0, 1, 1).data;
  return [red / 255, green / 255, blue / 255, opacity / 255];
}
const over = ([r, g, b, a], [x, y, z]) => [r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a), 1];
const parent = (element) => element.parentElement ?? element.getRootNode().host;

// What lies behind an element, down to the first that lets nothing through.
function ground(element) {
  const layers = [];
  for (let each = element; each; each = parent(each)) {
    const layer = colour(getComputedStyle(each).backgroundColor);
    layers.push(layer);
    if (layer[3] === 1) break;
  }
  return layers.reverse().reduce((below, layer) => over(layer, below), [1, 1, 1, 1]);
}

const luminance = ([r, g, b]) => {
  const [x, y, z] = [r, g, b].map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
};
const contrast = (one, other) => {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
};
const faded = (element) => {
  let opacity = 1;
  for (let each = element; each; each = parent(each)) opacity *= parseFloat(getComputedStyle(each).opacity);
  return opacity;
};

// WCAG 1.4.3: every word that is seen, on what lies behind it. What cannot be used now is excepted there.
function words() {
  const found = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!element || !node.data.trim() || !shown(element) || hidden(element) || element.closest("[aria-disabled=true], style, option")) continue;
    const style = getComputedStyle(element);
    const behind = ground(element);
    const [r, g, b, a] = colour(style.color);
    const ratio = contrast(over([r, g, b, a * faded(element)], behind), behind);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && parseInt(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) found.push(`contrast ${ratio.toFixed(2)}: ${name(element)}`);
  }
  // What is typed or chosen is in no node of text.
  for (const field of [...root.querySelectorAll("input[type=text], textarea, select")].filter((each) => each.value && shown(each))) {
    const behind = ground(field);
    const ratio = contrast(over(colour(getComputedStyle(field).color), behind), behind);
    if (ratio < 4.5) found.push(`contrast ${ratio.toFixed(2)} of what is filled in: ${name(field)}`);
  }
  return found;
}

// WCAG 1.4.11: the edge of whatever is filled in or pressed, on what lies around it. A button with a ground of its own may
// do without.
function edges() {
  const found = [];
  const fields = "input[type=text], textarea, select, .svar-option-input, .svar-button:not(.svar-button--plain)";
  for (const element of [...root.querySelectorAll(fields)].filter(shown)) {
    if (element.closest("[aria-disabled=true]")) continue;
    const style = getComputedStyle(element);
    // The mark of an option lies on its label.
    const behind = ground(element.matches(".svar-option-input") ? element.labels[0] : parent(element));
    const border = parseFloat(style.borderTopWidth) > 0 ? contrast(over(colour(style.borderTopColor), behind), behind) : 1;
    const own = contrast(ground(element), behind);
    const ratio = Math.max(border, own);
    if (ratio < 3) found.push(`edge ${ratio.toFixed(2)}: ${name(element)}`);
  }
  return found;
}

// WCAG 2.5.8: 24 by 24, but for links within a sentence; our own 44 for whatever stands by itself.
function targets() {
  const found = [];
  const all = "a[href], button, input:not(.svar-option-input), select, textarea, summary, .svar-option-label";
  for (const element of [...root.querySelectorAll(all)].filter(shown)) {
    const { width, height } = element.getBoundingClientRect();
    const least = element.matches(".svar-button, .svar-input, .svar-option-label, summary, select, .svar-review-row, .svar-slider-range") ? 44 : 24;
    const within = element.matches("a") && getComputedStyle(element).display === "inline";
    if (!within && (width < 24 || height < least - 0.01)) found.push(`target ${width.toFixed(0)} × ${height.toFixed(0)}, not ${least}: ${name(element)}`);
  }
  return found;
}

// WCAG 1.4.10: nothing is wider than the window, and nothing sticks out of the page.
function reflow() {
  const found = [];
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) found.push(`${scrollWidth} px wide in ${clientWidth}`);
  for (const element of everything().filter((each) => shown(each) && !hidden(each))) {
    const box = element.getBoundingClientRect();
    const clipped = element.closest(".svar-scale-head, .svar-option-input");
    if (!clipped && (box.right > clientWidth + 1 || box.left < -1)) found.push(`sticks out to ${box.right.toFixed(0)} of ${clientWidth}: ${name(element)}`);
  }
  return found;
}

// WCAG 1.4.12, and 200 %: no words are cut off by the box that they stand in. What is typed scrolls in its field, and what is
// for screen readers alone is cut off on purpose.
function cut() {
  const cuts = ({ overflowX, overflowY, clipPath }) => clipPath === "none" && [overflowX, overflowY].some((way) => ["hidden", "clip"].includes(way));
  const found = everything().filter((each) => shown(each) && !each.matches("input, textarea") && cuts(getComputedStyle(each)));
  return found
    .filter((each) => each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 1)
    .map((each) => `cut: ${name(each)}`);
}

// Every id stands once, and whatever names one finds it.
function ids() {
  const found = [];
  const all = everything().map(({ id }) => id).filter(Boolean);
  for (const id of new Set(all.filter((id, place) => all.indexOf(id) !== place))) found.push(`twice: ${id}`);
  for (const element of everything()) {
    for (const attribute of ["aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "aria-errormessage", "aria-activedescendant", "for"]) {
      for (const id of (element.getAttribute(attribute) ?? "").split(/\s+/).filter(Boolean)) {
        if (!root.getElementById(id)) found.push(`${attribute} names ${id}, which is not there: ${name(element)}`);
      }
    }
  }
  return found;
}

// How each stop looks without the focus, as `stops` found it.
const atRest = () => (window.svarAtRest ??= new WeakMap());
const outline = (element) => {
  const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
  return `${outlineStyle} ${outlineWidth} ${outlineColor}`;
};

// Takes the focus to the top of the document, and lists where the Tab key should stop from there. Of radio buttons of one
// name that is the chosen one, or else the first.
function stops() {
  const start = document.createElement("span");
  start.tabIndex = -1;
  document.body.prepend(start);
  start.focus({ preventScroll: true });
  start.remove();
  const able = [...root.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
    .filter((each) => shown(each) && !each.disabled && each.tabIndex >= 0 && !each.closest("[inert]"));
  const named = (radio) => able.filter((other) => other.type === "radio" && other.name === radio.name && other.form === radio.form);
  const first = (radio) => named(radio).find((other) => other.checked) ?? named(radio)[0];
  const all = able.filter((each) => each.type !== "radio" || !each.name || first(each) === each);
  for (const each of all) for (const part of [each, ...(each.labels ?? [])]) atRest().set(part, outline(part));
  return all.map((each) => [everything().indexOf(each), name(each)]);
}

// Where the focus is, once a key moved it: what has it, and what is wrong with how that is shown.
function focus() {
  const element = root.activeElement;
  if (!element) return { at: null, found: [] };
  const found = [];
  const around = [element, ...(element.labels ?? [])].filter((each) => shown(each));
  const ringed = around.find((each) => parseFloat(getComputedStyle(each).outlineWidth) >= 2 && outline(each) !== atRest().get(each) && !outline(each).startsWith("none"));
  const ring = ringed && getComputedStyle(ringed);
  if (!ring) found.push(`no ring: ${name(element)}`);
  const seen = around.some((each) => {
    const box = each.getBoundingClientRect();
    const [x, y] = [(Math.max(box.left, 0) + Math.min(box.right, innerWidth)) / 2, (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2];
    const top = box.bottom > 0 && box.top < innerHeight ? root.elementFromPoint(x, y) : null;
    return top && around.some((part) => part.contains(top));
  });
  if (!seen) found.push(`out of sight: ${name(element)}`);
  if (ring) {
    const behind = ground(parent(ringed));
    const ratio = contrast(over(colour(ring.outlineColor), behind), behind);
    if (ratio < 3) found.push(`ring ${ratio.toFixed(2)}: ${name(element)}`);
  }
  return { at: everything().indexOf(element), found };
}

// Whether the state is what was asked for: in this language, and by the text size that the reader has set in the browser.
function turned({ lang, percent }) {
  const found = [];
  const unit = (16 * percent) / 100;
  const widget = root.querySelector(".svar");
  const heading = root.querySelector("h1");
  const size = (element) => parseFloat(getComputedStyle(element).fontSize);
  if (!widget) return [`expected a widget, found ${plain(root.textContent)}`];
  if (widget.lang !== lang) found.push(`expected it in ${lang}, found ${widget.lang}`);
  if (size(widget) !== unit) found.push(`expected text of ${unit} px, found ${size(widget)}`);
  if (heading && size(heading) < 1.3 * unit) found.push(`expected a heading above ${1.3 * unit} px, found ${size(heading)}`);
  return found;
}

// The spacing that a person sets.
function sets({ spaced }) {
  root.adoptedStyleSheets = root.adoptedStyleSheets.filter((sheet) => !sheet.spaced);
  if (spaced) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }");
    sheet.spaced = true;
    root.adoptedStyleSheets.push(sheet);
  }
  return [];
}

const look = () => [words, edges, targets, reflow, cut, ids].flatMap((measure) => measure());
const coarse = () => [reflow, cut, ids].flatMap((measure) => measure());

const VERBS = { look, coarse, words, edges, targets, reflow, cut, ids, focus, stops, turned, sets };
return VERBS[verb](...given);
