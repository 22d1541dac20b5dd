// The page's own script: takes the invitation out of the address bar, loads the widget, and says so plainly if it cannot.
// The build puts it after the glue that wasm-bindgen writes, so that one file is all there is to load and to vouch for.

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

const words = {
  nb: ["Skjemaet kan ikke vises her", "Nettleseren mangler noe skjemaet trenger, eller forbindelsen ble brutt. Last siden på nytt, eller prøv en annen nettleser. Svar som allerede er mottatt, er ikke berørt."],
  nn: ["Skjemaet kan ikkje visast her", "Nettlesaren manglar noko skjemaet treng, eller sambandet vart brote. Last sida på nytt, eller prøv ein annan nettlesar. Svar vi allereie har fått, er trygge."],
  en: ["The form cannot be shown here", "The browser lacks something that the form needs, or the connection was broken. Reload the page, or try another browser. Answers that have been received are not affected."],
};

function fail(host, language) {
  const [title, text] = words[language] ?? words.nb;
  const heading = document.createElement("h1");
  heading.className = "svar-heading";
  heading.textContent = title;
  const paragraph = document.createElement("p");
  paragraph.textContent = text;
  const page = document.createElement("div");
  page.className = "svar-page";
  page.append(heading, paragraph);
  const root = document.createElement("div");
  root.className = "svar";
  root.lang = words[language] ? language : "nb";
  root.append(page);
  host.replaceChildren(root);
}

// The page is the widget's alone here, so its language, and with it the spoken title, follows the widget's.
function follow(root) {
  const take = () => {
    document.documentElement.lang = root.lang;
  };
  take();
  new MutationObserver(take).observe(root, { attributes: true, attributeFilter: ["lang"] });
}

// Beside this script, wherever the page lies: several studies' pages share one widget.
async function module(address, integrity, signal) {
  const response = await fetch(new URL(address, import.meta.url), { integrity, credentials: "same-origin", signal });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response;
}

// The part of the widget that is loaded later (src/views/later) shares the first part's memory and functions. The first
// part asks for it by this name, and is told through its own table of functions whether it came. A connection that stalls
// counts as broken after half a minute, as with what is sent, so that it can be asked for anew.
async function __wasm_split_load_later(callback, data) {
  let loaded = false;
  try {
    const bytes = await (await module("__SVAR_LATER__", "__SVAR_LATER_INTEGRITY__", AbortSignal.timeout(30_000))).arrayBuffer();
    await WebAssembly.instantiate(bytes, { __wasm_split: wasm });
    loaded = true;
  } catch (error) {
    console.error("svar:", error?.message);
  }
  wasm.__indirect_function_table.get(callback)(data, loaded);
}

async function start() {
  const host = document.getElementById("svar");
  const asked = new URLSearchParams(location.search).get("lang");
  const language = /^[a-z]{2,3}(-[A-Za-z0-9]+)*$/.test(asked ?? "") ? asked : undefined;
  try {
    await __wbg_init({ module_or_path: await module("__SVAR_WASM__", "__SVAR_WASM_INTEGRITY__") });
    host.replaceChildren();
    mount(host, host.dataset.study, token, language);
    follow(host.firstElementChild);
  } catch (error) {
    fail(host, language);
    // The error names no answer and no token: it comes from loading alone.
    console.error("svar:", error?.message);
  }
}

start();
