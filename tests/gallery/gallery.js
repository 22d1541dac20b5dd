// The gallery: shows the real widget in the state that the address or the reader asks for.

import "../svar-element.js";
import { Person, settled } from "./person.js";
import { REPLY, invitation, scene } from "./scene.js";
import { KINDS, STATE_NAMES } from "./states.js";

const stage = document.getElementById("stage");
const shown = document.getElementById("shown");
const index = document.getElementById("index");
const switches = document.getElementById("switches");

const STUDY = new URL("study/study.svar", import.meta.url).href;
const look = { kind: "choice", state: "untouched", lang: "nb", scheme: "auto", width: "full" };

function made(kind, state, token) {
  const element = document.createElement("svar-questionnaire");
  element.setAttribute("study", state.study ?? STUDY);
  element.lang = look.lang;
  element.scheme = look.scheme;
  element.invitation = token;
  return element;
}

function titled({ title }) {
  if (!title) return [];
  const heading = document.createElement("h1");
  heading.lang = "nb";
  heading.textContent = title;
  return [heading];
}

let round = 0;

/** Shows a state; comes once the person has brought it about. */
export async function show(wanted = {}) {
  Object.assign(look, wanted);
  const mine = ++round;
  const kind = KINDS[look.kind];
  const state = kind?.states[look.state];
  if (!state) throw new Error(`expected a state of the gallery, found ${look.kind} ${look.state}`);
  tell();
  Object.assign(scene, { submission: REPLY.received, invitation: REPLY.missing, study: undefined });
  state.before?.();
  sessionStorage.clear();
  const token = state.token ?? invitation(kind.wave, state.claims);
  const element = made(kind, state, token);
  stage.replaceChildren(...titled(state), element);
  scrollTo(0, 0);
  // A second tab of the same person: the first stays, out of sight.
  const again = async () => {
    const second = made(kind, state, token);
    element.hidden = true;
    stage.append(second);
    return new Person(second);
  };
  try {
    await state.drive(new Person(element), again);
  } catch (error) {
    if (mine === round) throw error;
    return;
  }
  await settled();
  // What is pointed out has taken the focus, and with it the page.
  stage.scrollTo(0, 0);
}

/** Another language, scheme or width, with what is shown left as it is. */
export async function turn(wanted) {
  Object.assign(look, wanted);
  tell();
  for (const element of stage.querySelectorAll("svar-questionnaire")) {
    element.lang = look.lang;
    element.scheme = look.scheme;
  }
  await settled();
}

// Says around the stage what is on it.
function tell() {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries(look)) address.searchParams.set(name, value);
  history.replaceState(null, "", address);
  document.documentElement.lang = look.lang;
  document.body.classList.toggle("svar--light", look.scheme === "light");
  document.body.classList.toggle("svar--dark", look.scheme === "dark");
  stage.classList.toggle("phone", look.width === "360");
  shown.textContent = `${KINDS[look.kind]?.name ?? look.kind}: ${STATE_NAMES[look.state] ?? look.state}`;
  for (const link of index.querySelectorAll("a")) {
    const here = link.dataset.kind === look.kind && link.dataset.state === look.state;
    if (here) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  for (const input of switches.elements) if (input.type === "radio") input.checked = look[input.name] === input.value;
}

function listed() {
  for (const [kind, { name, states }] of Object.entries(KINDS)) {
    const heading = document.createElement("h2");
    heading.textContent = name;
    const list = document.createElement("ul");
    for (const state of Object.keys(states)) {
      const link = document.createElement("a");
      Object.assign(link.dataset, { kind, state });
      link.textContent = STATE_NAMES[state] ?? state;
      link.href = `?${new URLSearchParams({ kind, state })}`;
      const entry = document.createElement("li");
      entry.append(link);
      list.append(entry);
    }
    index.append(heading, list);
  }
}

const report = (error) => {
  shown.textContent = String(error?.message);
  console.error("gallery:", error?.message);
};

index.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show({ ...link.dataset }).catch(report);
});
switches.addEventListener("change", ({ target }) => turn({ [target.name]: target.value }).catch(report));


const asked = new URLSearchParams(location.search);
for (const name of Object.keys(look)) if (asked.has(name)) look[name] = asked.get(name);
document.body.classList.toggle("bare", asked.has("bare"));
listed();
const kinds = Object.fromEntries(Object.entries(KINDS).map(([kind, { states }]) => [kind, Object.keys(states)]));
window.gallery = { show, turn, kinds };
if (!asked.has("bare") || asked.has("kind")) show().catch(report);
