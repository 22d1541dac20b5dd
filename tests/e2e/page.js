// What a person finds on a page: things by their role and the words on them. WebDriver runs it in the page with a verb and
// what belongs to it; it leaves nothing there.
const ROLES = {
  button: "button, [role=button]",
  checkbox: "input[type=checkbox]",
  combobox: "select",
  group: "fieldset, [role=group], section[aria-labelledby]",
  heading: "h1, h2, h3",
  link: "a[href]",
  radio: "input[type=radio]",
  slider: "input[type=range]",
  summary: "summary",
  textbox: "input[type=text], textarea",
};

// In an element of somebody else's page, or on its own.
const embedded = document.querySelector("svar-questionnaire");
const root = embedded?.shadowRoot ?? document;

const plain = (text) => text.replace(/\s+/g, " ").trim();
const shown = (element) => element.checkVisibility({ visibilityProperty: true });
const role = (element) => Object.keys(ROLES).find((role) => element.matches(ROLES[role])) ?? element.localName;

function said(element) {
  const by = element.getAttribute("aria-labelledby");
  if (by) return by.split(" ").map((id) => root.getElementById(id)?.innerText ?? "").join(" ");
  if (element.hasAttribute("aria-label")) return element.getAttribute("aria-label");
  if (element.labels?.length) return [...element.labels].map((label) => label.innerText).join(" ");
  if (element.localName === "fieldset") return element.querySelector(":scope > legend")?.innerText ?? "";
  return element.innerText;
}

// All the words on it, or those on its first line; but for the mark of what must be answered.
const bare = (text) => plain(text).replace(/ \((må besvares|må svarast på|required)\)$/, "");
const says = (element, words) => bare(said(element)) === words || bare(said(element).split("\n")[0]) === words;

function all(wanted, scope) {
  return [...scope.querySelectorAll(ROLES[wanted])].filter(shown);
}

// The one thing of this role with these words; any words if they are null. Within the group of that name, if one is named.
function find(wanted, words, within) {
  let scope = root;
  if (within !== null) {
    const groups = all("group", root).filter((group) => says(group, within));
    if (groups.length !== 1) throw `${groups.length} groups «${within}»`;
    scope = groups[0];
  }
  const found = all(wanted, scope).filter((element) => words === null || says(element, words));
  if (found.length === 1) return found[0];
  const others = all(wanted, scope).map((element) => `«${plain(said(element))}»`).join(", ");
  throw `${found.length} × ${wanted} «${words ?? ""}»${within === null ? "" : ` in «${within}»`} among ${others || "none"}`;
}

// Where to point to reach it, once it is in the middle of the window; nothing may lie on top.
async function point(wanted, words, within) {
  // What the page puts off until the next picture, such as scrolling to what is wrong, has happened by then.
  await new Promise(requestAnimationFrame);
  const element = find(wanted, words, within);
  element.scrollIntoView({ block: "center", behavior: "instant" });
  const box = element.getBoundingClientRect();
  const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const top = root.elementFromPoint(x, y);
  const own = [element, ...(element.labels ?? [])];
  if (!own.some((part) => part.contains(top))) throw `${wanted} «${words}» lies under ${top?.localName}.${top?.className}`;
  return { x, y };
}

// The field to write in for a question: by its own label, or the one in the group of that name.
function field(question) {
  const own = all("textbox", root).filter((element) => says(element, question));
  return own.length === 1 ? own[0] : find("textbox", null, question);
}

const group = (element) => {
  const around = element.parentElement?.closest("fieldset, [role=group]");
  return around ? bare(said(around)) : null;
};

function focused() {
  const element = root.activeElement;
  if (!element || element === document.body) return { role: "nothing", name: "", group: null, seen: false, ring: false };
  const around = [element, ...(element.labels ?? [])];
  // An outline, wider than the one that a field in error has at rest. A shadow is no sign: what is chosen has one, too.
  const ring = around.some((each) => {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(each);
    return outlineStyle !== "none" && parseFloat(outlineWidth) > 2 && !/^rgba\(.*, 0\)$|\/ 0\)$/.test(outlineColor);
  });
  // Seen: something of it is in the window and lies on top of whatever else is there.
  const seen = around.some((each) => {
    const box = each.getBoundingClientRect();
    const [x, y] = [(box.left + box.right) / 2, (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2];
    const top = box.bottom > 0 && box.top < innerHeight ? root.elementFromPoint(x, y) : null;
    return top !== null && around.some((part) => part.contains(top));
  });
  return {
    role: role(element), name: bare(said(element)), group: group(element), seen, ring,
    checked: element.checked ?? null, value: element.value ?? null, id: element.id,
  };
}

// What stands in every field, by its group and its own words.
function fields() {
  return all("radio", root).concat(all("checkbox", root), all("textbox", root), all("slider", root), all("combobox", root))
    .map((element) => [element.id, element.matches("[type=radio], [type=checkbox]") ? element.checked : element.value]);
}

function look() {
  const main = root.querySelector(".svar");
  const around = embedded ? main?.lang : document.documentElement.lang;
  return {
    heading: plain([...root.querySelectorAll("h1")].map((h1) => h1.innerText).join(" | ")),
    title: document.title,
    words: plain((embedded ? main : document.body)?.innerText ?? ""),
    // The title is read out in the language of the page, the rest in that of the widget.
    language: main?.lang === around ? main?.lang : `${main?.lang} in ${around}`,
    progress: plain(main?.querySelector("progress")?.parentElement?.firstElementChild?.innerText ?? ""),
    left: plain(main?.querySelector(".svar-progress-text + .svar-progress-text")?.innerText ?? ""),
  };
}

// The lines of every row of the overview.
const rows = () => [...root.querySelectorAll("section li button")].map((row) => [...row.children].map((line) => plain(line.innerText)));

// The questions that are rows of a table.
const table = () => all("group", root).filter((each) => each.localName === "fieldset" && group(each) !== null).map((row) => bare(said(row)));

const VERBS = { rows, table, find, point, field, focused, fields, look, said: (element) => plain(said(element)) };
const [verb, ...given] = arguments;
return (async () => {
  try {
    return { found: await VERBS[verb](...given) };
  } catch (missing) {
    return { missing: String(missing) };
  }
})();
