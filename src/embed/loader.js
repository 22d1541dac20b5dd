// Loads the widget, for `page.js` and `element.js`. The build puts it after the glue that wasm-bindgen writes, and before one
// of them, so that one file is all there is to load and to vouch for.

const FIRST = new URL("./__SVAR_WASM__", import.meta.url);
const LATER = new URL("./__SVAR_LATER__", import.meta.url);

// What is said where the widget itself cannot: title, and text.
const WORDS = {
  nb: {
    old: ["Skjemaet kan ikke vises her", "Nettleseren mangler noe skjemaet trenger, eller siden slipper det ikke til: … Prøv en nyere nettleser, eller en annen telefon eller datamaskin."],
    study: ["Skjemaet kan ikke vises her", "Siden er satt opp feil, så skjemaet kan ikke vises. Si fra til dem som har siden."],
    broken: ["Skjemaet kan ikke vises her", "Forbindelsen ble trolig brutt. Last siden på nytt. Svar som allerede er mottatt, er ikke berørt."],
    crashed: ["Noe gikk galt i skjemaet", "Last siden på nytt. Da fortsetter du der du var, om skjemaet lagret svarene på denne enheten. Svar som allerede er mottatt, er ikke berørt."],
    framed: ["Skjemaet kan ikke vises her", "Nettstedet du er på, er ikke godkjent for å vise skjemaet. Åpne skjemaet i et eget vindu.", "Åpne skjemaet"],
    loading: "Henter skjemaet …",
  },
  nn: {
    old: ["Skjemaet kan ikkje visast her", "Nettlesaren manglar noko skjemaet treng, eller sida slepp det ikkje til: … Prøv ein nyare nettlesar, eller ein annan telefon eller datamaskin."],
    study: ["Skjemaet kan ikkje visast her", "Sida er sett opp feil, så skjemaet kan ikkje visast. Sei frå til dei som har sida."],
    broken: ["Skjemaet kan ikkje visast her", "Sambandet vart truleg brote. Last sida på nytt. Svar vi allereie har fått, er trygge."],
    crashed: ["Noko gjekk gale i skjemaet", "Last sida på nytt. Då held du fram der du var, om skjemaet lagra svara på denne eininga. Svar vi allereie har fått, er trygge."],
    framed: ["Skjemaet kan ikkje visast her", "Nettstaden du er på, er ikkje godkjend for å vise skjemaet. Opne skjemaet i eit eige vindauge.", "Opne skjemaet"],
    loading: "Hentar skjemaet …",
  },
  en: {
    old: ["The form cannot be shown here", "The browser lacks something that the form needs, or the page does not let it have it: … Try a newer browser, or another phone or computer."],
    study: ["The form cannot be shown here", "This page has been set up wrongly, so the form cannot be shown. Tell those who run the page."],
    broken: ["The form cannot be shown here", "The connection was probably broken. Reload the page. Answers that have been received are not affected."],
    crashed: ["Something went wrong in the form", "Reload the page. You then go on where you were, if the form kept the answers on this device. Answers that have been received are not affected."],
    framed: ["The form cannot be shown here", "The website you are on is not approved for showing the form. Open it in a window of its own.", "Open the form"],
    loading: "Fetching the form …",
  },
};

// By the prototype, for a picture on the page may be named `createElement`.
const make = Document.prototype.createElement.bind(document);

function element(tag, name, ...children) {
  const made = make(tag);
  if (name) made.className = name;
  made.append(...children);
  return made;
}

// Says in place of the widget what stands in its way; `more` is what there is to do about it, `lack` what is missing.
function say(host, language, what, more = [], lack = "WebAssembly") {
  const tag = WORDS[language] ? language : "nb";
  const said = WORDS[tag][what];
  const page = element("div", "svar-page", ...(Array.isArray(said)
    ? [element("h1", "svar-heading", said[0]), element("p", "", said[1].replace("…", `${lack}.`))]
    : [element("p", "", said)]), ...more);
  page.setAttribute("role", Array.isArray(said) ? "alert" : "status");
  const root = element("div", "svar", page);
  root.lang = tag;
  host.replaceChildren(root);
}

const tagOf = (asked) => (/^[a-z]{2,3}(-[A-Za-z0-9]+)*$/.test(asked ?? "") ? asked : undefined);

// The first thing that the widget cannot do without and that is not there: of an old browser, or of a page that has
// something else by the name.
function lacks() {
  const needs = {
    WebAssembly: () => WebAssembly.instantiate,
    fetch: () => fetch,
    Reflect: () => Reflect.get,
    "document.createElement": () => document.createElement,
  };
  const there = (get) => {
    try {
      return typeof get() === "function";
    } catch {
      return false;
    }
  };
  return Object.keys(needs).find((name) => !there(needs[name]));
}

const soon = (act) => void Promise.resolve().then(act);

// For those who look after the page. What is said here names no answer and no token: it comes from loading and from the
// markup alone. A page may have replaced the console with something that falls.
function complain(error) {
  try {
    console.error("svar:", error?.message ?? error);
  } catch {
    // The page says so anyway.
  }
}

// By a timer of ours, for a page may have put something of its own before what is waited for, which heeds no signal.
function within(limit, what, act, late = () => {}) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      late();
      reject(new Error(`${what}: nothing within ${limit / 1000} s`));
    }, limit);
    act().then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

// How long a file may take before its connection counts as broken, so that it can be asked for anew. For the whole of it, as
// `fetch` says nothing of a file whose hash is to be checked before its last byte; long enough for a slow line that never
// stalls, such as one of 40 kbit/s, and no longer than somebody waits.
const DOWNLOAD = 50_000;

function fetched(address, integrity, take) {
  const stop = new AbortController();
  return within(DOWNLOAD, address, async () => {
    const response = await fetch(address, { integrity, credentials: "same-origin", signal: stop.signal });
    if (!response.ok) throw new Error(`${address}: ${response.status}`);
    return take ? take(response) : response;
  }, () => stop.abort());
}

// The part of the widget that is loaded later (src/views/later) shares the first part's memory and functions. The first
// part asks for it by this name, and is told through its own table of functions whether it came.
async function __wasm_split_load_later(callback, data) {
  let loaded = false;
  try {
    const bytes = await fetched(LATER, "__SVAR_LATER_INTEGRITY__", (response) => response.arrayBuffer());
    await WebAssembly.instantiate(bytes, { __wasm_split: wasm });
    loaded = true;
  } catch (error) {
    complain(error);
  }
  wasm.__indirect_function_table.get(callback)(data, loaded);
}

// What ends the program ends it for all that it shows. A panic tells of itself (src/embed/mod.rs); what else traps comes out
// as an error, in whose stack we stand unless it is cut.
function onCrash(act) {
  const ours = [import.meta.url, FIRST.href];
  const look = ({ error, reason = error }) => {
    const traps = !lacks() && reason instanceof WebAssembly.RuntimeError;
    if (traps && ours.some((address) => String(reason.stack).includes(address))) act();
  };
  addEventListener("error", look);
  addEventListener("unhandledrejection", look);
}

// One program, however many widgets it shows. What could not be loaded is asked for anew the next time; what has crashed
// stays so until the page is reloaded.
let program;
function load() {
  program ??= fetched(FIRST, "__SVAR_WASM_INTEGRITY__")
    .then((response) => __wbg_init({ module_or_path: response }))
    .catch((error) => {
      program = undefined;
      throw error;
    });
  return program;
}
