// The page's own script: takes the invitation out of the address bar, and mounts the widget. In a frame it waits for the
// page around, if the study trusts that one, and tells it how high it is, and nothing of what is answered.

const KEY = "svar-invitation";

// Before anything else: the token leaves the address bar, so that no screenshot, history or script sees it there.
const token = (() => {
  const found = location.hash.slice(1);
  if (found) history.replaceState(null, "", location.pathname + location.search);
  try {
    if (found) sessionStorage.setItem(KEY, found);
    return found || sessionStorage.getItem(KEY) || "";
  } catch {
    return found;
  }
})();

const host = document.getElementById("svar");

// The page is the widget's alone here, so its language, and with it the spoken title, follows the widget's.
function follow(root) {
  const take = () => {
    document.documentElement.lang = root.lang;
  };
  take();
  new MutationObserver(take).observe(root, { attributes: true, attributeFilter: ["lang"] });
}

// Whom to ask, in this language, as the page has it ready for when nothing else works.
function contact(language) {
  const lines = [...document.getElementById("svar-contact").content.cloneNode(true).children];
  const own = lines.filter(({ lang }) => lang === (language ?? "nb"));
  return own.length ? own : lines;
}

// The page around, once it has made itself known: its messages go through a channel that nobody else holds.
function connected() {
  const trusted = host.dataset.frame.split(" ");
  return new Promise((resolve) => {
    addEventListener("message", function hear({ source, origin, data, ports: [port] }) {
      if (source !== parent || !trusted.includes(origin) || data?.svar !== 1 || !port) return;
      removeEventListener("message", hear);
      resolve({ port, data });
    });
  });
}

// How long a page around has to make itself known.
const PATIENCE = 10_000;

// What is said to people whom a page around keeps from the form.
function framed(language) {
  const link = element("a", "svar-link", WORDS[language]?.framed[2] ?? WORDS.nb.framed[2]);
  link.href = location.href;
  link.target = "_blank";
  link.rel = "noopener";
  say(host, language, "framed", [link, ...contact(language)]);
}

// Heights in steps, for what is answered makes pages longer or shorter.
const STEP = 120;

function tellsHeight(port) {
  let told = 0;
  new ResizeObserver(() => {
    const height = Math.ceil(host.scrollHeight / STEP) * STEP;
    if (height !== told) port.postMessage({ height: (told = height) });
  }).observe(host);
}

async function start() {
  let language = tagOf(new URLSearchParams(location.search).get("lang"));
  let invitation = token;
  let around;
  if (parent !== window) {
    const alone = setTimeout(framed, PATIENCE, language);
    const { port, data } = await connected();
    clearTimeout(alone);
    around = port;
    invitation = typeof data.invitation === "string" ? data.invitation : "";
    language = tagOf(data.lang) ?? language;
    tellsHeight(port);
  }
  let crashed = false;
  const crashes = () => {
    if (crashed) return;
    crashed = true;
    const { lang } = document.documentElement;
    queueMicrotask(() => say(host, lang, "crashed", contact(lang)));
  };
  onCrash(crashes);
  const tell = (name) => {
    if (name === "crash") crashes();
    if (name === "ready" || name === "top") around?.postMessage({ [name]: true });
  };
  try {
    const lack = lacks();
    if (lack) return say(host, language, "old", contact(language), lack);
    await load();
    host.replaceChildren();
    mount(host, host.dataset.study, invitation, undefined, language, undefined, tell);
    follow(host.firstElementChild);
  } catch (error) {
    if (!crashed) say(host, language, "broken", contact(language));
    complain(error);
  }
}

start();
