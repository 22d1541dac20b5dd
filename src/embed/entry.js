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

async function start() {
  const host = document.getElementById("svar");
  const asked = new URLSearchParams(location.search).get("lang");
  const language = /^[a-z]{2,3}(-[A-Za-z0-9]+)*$/.test(asked ?? "") ? asked : undefined;
  try {
    const response = await fetch(new URL("__SVAR_WASM__", document.baseURI), {
      integrity: "__SVAR_WASM_INTEGRITY__",
      credentials: "same-origin",
    });
    if (!response.ok) throw new Error(`wasm: ${response.status}`);
    await __wbg_init({ module_or_path: response });
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
