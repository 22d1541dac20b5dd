// How the questionnaire looks on a page of the examples, and what the page itself has of that: the same things, once as the
// widget draws them and once as the page does. `given` says where on the page to look:
//   button  markup of a button as the page's design system has it, or none
//   accent  else the thing that wears the colour of the button that leads on: its selector, and the property
//   behind  the thing on whose colour the page puts what it shows
//   text    a thing with ordinary text
const [given] = arguments;
const element = document.querySelector("svar-questionnaire");
const widget = element.shadowRoot.querySelector(".svar");
const lead = element.shadowRoot.querySelector(".svar-button--primary");
if (!widget || !lead) return { missing: "a button that leads on" };

const style = (of) => getComputedStyle(of);
const firstFamily = (of) => style(of).fontFamily.split(",")[0].replace(/["']/g, "").trim();
const behind = (of) => {
  for (let node = of; node; node = node.parentElement) {
    const colour = style(node).backgroundColor;
    if (colour !== "rgba(0, 0, 0, 0)") return colour;
  }
  return "rgb(255, 255, 255)";
};

// A button of the page's own, where the widget is; it moves nothing and is gone at once.
function ofThePage() {
  if (!given.button) {
    const [selector, property] = given.accent;
    return { accent: style(document.querySelector(selector))[property] };
  }
  const button = document.createElement("button");
  for (const [name, value] of Object.entries(given.button)) button.setAttribute(name, value);
  element.after(button);
  const { backgroundColor, color, borderTopLeftRadius } = style(button);
  button.remove();
  return { accent: backgroundColor, onAccent: color, radius: borderTopLeftRadius };
}

const text = document.querySelector(given.text);
const page = { ...ofThePage(), back: behind(document.querySelector(given.behind)), text: style(text).color, font: firstFamily(text) };
const drawn = {
  accent: style(lead).backgroundColor,
  onAccent: style(lead).color,
  radius: style(lead).borderTopLeftRadius,
  back: style(widget).backgroundColor,
  text: style(widget).color,
  font: firstFamily(lead),
};
const inside = Object.fromEntries(Object.keys(page).map((name) => [name, drawn[name]]));

// What the page's sheets say of the questionnaire: properties by selector.
const said = [];
const tokens = [];
function walk(rules) {
  for (const rule of rules) {
    if (rule.style) {
      for (const property of rule.style) {
        if (/svar/.test(rule.selectorText ?? "")) said.push([rule.selectorText, property]);
        if (property.startsWith("--svar")) tokens.push(property);
      }
    }
    if (rule.cssRules) walk(rule.cssRules);
  }
}
for (const sheet of [...document.styleSheets, ...document.adoptedStyleSheets]) walk(sheet.cssRules);
const own = [...element.attributes].map(({ name }) => name).sort();
const loaded = [...document.fonts].some(({ family, status }) => status === "loaded" && family.replace(/["']/g, "") === page.font);
return { page, inside, said, tokens, own, loaded };
