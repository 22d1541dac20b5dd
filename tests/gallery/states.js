// Every kind of question and every page around them, in every state.

import { delivery, pages, wayIn } from "./pages.js";
import { questions } from "./questions.js";

const each = (all, change) => Object.fromEntries(Object.entries(all).map(([name, one]) => [name, change(one, name)]));
const begun = (drive) => ({
  drive: async (person) => {
    await person.begins();
    await drive(person);
  },
});

/** By kind: `name`, `wave`, and its states by their names, each with what is done `before`, what the person does, and the
 * `title` of the page around where the widget has none. */
export const KINDS = {
  ...each(questions, (kind, wave) => ({ ...kind, wave, states: each(kind.states, begun) })),
  pages: { name: "Sider rundt spørsmålene", wave: "whole", states: each(pages, (drive) => ({ drive })) },
  consent: {
    name: "Uten samtykke",
    wave: "tick-box",
    states: {
      declined: {
        drive: async (person) => {
          await person.begins();
          await person.presses(".svar-button--plain");
          await person.seesNo(".svar-form");
        },
      },
    },
  },
  delivery: { name: "Innsending", wave: "whole", states: delivery },
  "way-in": { name: "Før det første spørsmålet", wave: "whole", states: wayIn },
};

/** What the states are called to people. */
export const STATE_NAMES = {
  untouched: "urørt",
  focused: "med fokus",
  answered: "besvart",
  open: "ikke besvart",
  wrong: "feil",
  exclusive: "står alene",
  full: "fullt",
  welcome: "velkommen",
  unfolded: "brettet ut",
  device: "enheten",
  questions: "spørsmål",
  "not-kept": "ikke lagret",
  review: "oversikt",
  "review-open": "oversikt, ubesvart",
  help: "hjelp",
  ask: "hvem å spørre",
  end: "avslutte",
  ended: "avsluttet",
  declined: "deltar ikke",
  sending: "sender",
  "no-receipt": "opptatt",
  "no-connection": "ingen kontakt",
  "not-admitted": "lenken godtas ikke",
  "turned-down": "ikke tatt imot",
  closed: "stengt",
  "look-again": "se på igjen",
  received: "kvittering",
  summary: "oppsummering",
  loading: "henter",
  whose: "er det deg",
  "other-tab": "annen fane",
  "no-code": "uten kode",
  "wrong-code": "feil kode",
  damaged: "skadet lenke",
  "other-study": "annen studie",
  "no-such-wave": "finnes ikke",
  "not-yet": "ikke åpnet",
  revoked: "trukket tilbake",
  missing: "ikke funnet",
  unreachable: "ikke på nett",
  foreign: "noe annet kom",
  elsewhere: "fremmed adresse",
};
