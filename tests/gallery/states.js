// Every kind of question and every page around them, and how a person brings each into each of its states.

import { REPLY, invitation, scene, written } from "./scene.js";
import { until } from "./person.js";

const NOTHING = async () => {};

const POINTED_OUT = ".svar-summary--unanswered";
const WRONG = ".svar-summary--error";

/** The states that every kind has, by how its questions are answered: the first may be left open, the last may not. */
function states({ answer, must = answer, last = 1, spoil = NOTHING, more = {} }) {
  return {
    untouched: NOTHING,
    focused: async (person) => person.focuses(0),
    answered: async (person) => {
      await answer(person, 0);
      await must(person, last);
    },
    open: async (person) => {
      await must(person, last);
      await person.goesOn();
      await person.sees(POINTED_OUT);
    },
    wrong: async (person) => {
      await spoil(person);
      await person.goesOn();
      await person.sees(WRONG);
    },
    ...more,
  };
}

const choosing = (option) => async (person, place) => person.chooses(place, option);
const typing = (text) => async (person, place) => person.types(place, text);

function scale(options) {
  return states({
    answer: async (person, place) => {
      person.chooses(place, 0);
      person.chooses(1, options - 1);
    },
    must: choosing(1),
    last: 2,
  });
}

const consent = {
  untouched: NOTHING,
  focused: async (person) => person.focuses(0),
  answered: async (person) => {
    person.chooses(0, 0);
    person.chooses(1, 0);
  },
  wrong: async (person) => {
    await person.goesOn();
    await person.sees(WRONG);
  },
};

const LONG = "Bussen kom ikke, og så kom den likevel, men da hadde jeg gått hjem. ";

const questions = {
  "tick-box": { name: "Avkryssing", states: consent },
  "yes-no": { name: "Ja eller nei", states: states({ answer: choosing(0) }) },
  choice: { name: "Ett valg", states: states({ answer: choosing(0), must: choosing(3) }) },
  several: {
    name: "Flere valg",
    states: states({
      answer: async (person, place) => {
        person.chooses(place, 0);
        person.chooses(place, 2);
      },
      more: {
        exclusive: async (person) => {
          person.chooses(0, 0);
          person.chooses(0, 3);
        },
      },
    }),
  },
  "drop-down": { name: "Nedtrekksliste", states: states({ answer: async (person, place) => person.selects(place, 7) }) },
  "whole-number": {
    name: "Heltall",
    states: states({
      answer: typing("12"),
      spoil: async (person) => {
        person.types(0, "mange");
        person.types(1, "51");
      },
    }),
  },
  decimal: {
    name: "Desimaltall",
    states: states({ answer: typing("1,5"), spoil: async (person) => person.types(0, "1,5,2") }),
  },
  line: {
    name: "Kort tekst",
    states: states({ answer: typing("Øvre torg"), spoil: async (person) => person.types(0, LONG) }),
  },
  lines: {
    name: "Lang tekst",
    states: states({ answer: typing(LONG), spoil: async (person) => person.types(0, LONG + LONG) }),
  },
  formats: {
    name: "E-post, telefon, fødselsnummer",
    states: states({
      answer: typing("navn@eksempel.no"),
      must: typing("40 00 00 00"),
      spoil: async (person) => {
        person.types(0, "navn@eksempel");
        person.types(2, "12345678901");
      },
    }),
  },
  slider: {
    name: "Skala med håndtak",
    states: states({
      answer: async (person, place) => person.slides(place, 70),
      spoil: async (person) => person.types(0, "300"),
    }),
  },
  "scale-short": { name: "Skala, få og korte svar", states: scale(3) },
  "scale-long": { name: "Skala, lange svar", states: scale(5) },
  "scale-many": { name: "Skala, mange svar", states: scale(7) },
  ranking: {
    name: "Rangering",
    states: {
      untouched: NOTHING,
      focused: async (person) => person.focuses(0),
      answered: (person) => person.ranks(3, 0),
      full: (person) => person.ranks(3, 0, 0),
      wrong: async (person) => {
        await person.goesOn();
        await person.sees(WRONG);
      },
    },
  },
  texts: { name: "Opplysninger og deler", states: { untouched: NOTHING } },
};

// The pages around the questions. `begins` says how far the way in goes before the state's own steps.

async function answersTheTrip(person) {
  person.chooses(0, 0);
  person.types(1, "25");
}

async function answersAll(person) {
  await answersTheTrip(person);
  person.types(2, LONG);
  const heading = person.root.querySelector("h1");
  await person.goesOn();
  await until(person.root, "the next page", () => person.root.querySelector("h1") !== heading);
  await person.ranks(2, 0);
  [0, 1, 1].forEach((option, row) => person.chooses(row + 1, option));
}

async function turnsAside(person, place) {
  await person.presses(".svar-footer .svar-link", place);
  await person.seesNo(".svar-form");
}

const aside = (place) => async (person) => {
  await person.begins();
  await turnsAside(person, place);
};

const pages = {
  welcome: (person) => person.sees(".svar-details"),
  unfolded: async (person) => {
    await person.sees(".svar-details");
    for (const details of person.all("details")) details.open = true;
  },
  device: (person) => person.starts(),
  questions: (person) => person.begins(),
  "not-kept": async (person) => {
    // A device that keeps nothing.
    const { open } = IDBFactory.prototype;
    IDBFactory.prototype.open = () => {
      throw new DOMException("no", "SecurityError");
    };
    try {
      await person.begins();
      person.types(1, "25");
      await person.sees(".svar-notice");
    } finally {
      IDBFactory.prototype.open = open;
    }
  },
  review: async (person) => {
    await person.begins();
    await answersAll(person);
    await person.comesToTheReview();
  },
  "review-open": async (person) => {
    await person.begins();
    await answersTheTrip(person);
    await person.comesToTheReview();
  },
  help: aside(0),
  ask: aside(1),
  end: aside(2),
  ended: async (person) => {
    await aside(2)(person);
    const heading = person.root.querySelector("h1");
    await person.presses(".svar-page .svar-button--primary");
    await until(person.root, "the end", () => person.root.querySelector("h1") !== heading);
  },
};

// What comes of sending.
const sent = (reply) => ({
  before: () => (scene.submission = reply),
  drive: async (person) => {
    await person.begins();
    await answersAll(person);
    await person.sends();
    await person.sees(reply === REPLY.never ? ".svar-working" : ".svar-page:not(:has(.svar-working))");
  },
});

const delivery = {
  sending: sent(REPLY.never),
  "no-receipt": sent(REPLY.busy),
  "no-connection": sent(REPLY.unreachable),
  "not-admitted": sent(REPLY.notAdmitted),
  "turned-down": sent(REPLY.unacceptable),
  closed: sent(REPLY.gone),
  "look-again": sent(REPLY.named("trip.minutes", "most.what")),
  received: sent(REPLY.received),
  summary: {
    before: () => (scene.submission = REPLY.received),
    drive: async (person) => {
      await sent(REPLY.received).drive(person);
      await person.presses(".svar-button--primary");
      await person.seesNo(".svar-receipt");
    },
  },
};

// What may stand in the way.
const stopped = (before, given = {}) => ({ before, ...given, drive: (person) => person.sees("h1") });
const told = (state) => stopped(() => (scene.invitation = REPLY.standing(state)));

const wayIn = {
  loading: { title: "En side som venter", before: () => (scene.study = REPLY.never), drive: (person) => person.sees(".svar-around [role=status]") },
  whose: {
    drive: async (person) => {
      await person.begins("own");
      const kept = written();
      person.types(1, "25");
      await kept;
      // As a new tab would find it.
      sessionStorage.clear();
      person.element.restart();
      await person.seesNo(".svar-form");
      await person.sees(".svar-actions .svar-button", 1);
    },
  },
  "other-tab": {
    drive: async (person, again) => {
      await person.begins();
      const kept = written();
      person.types(1, "25");
      await kept;
      const second = await again();
      await second.sees(".svar-actions .svar-button--primary");
    },
  },
  "no-code": stopped(NOTHING, { token: "" }),
  "wrong-code": {
    token: "",
    before: () => (scene.invitation = REPLY.refused("unknown-code")),
    drive: async (person) => {
      await person.presses("[type=submit]");
      await person.sees(".svar-error");
    },
  },
  damaged: stopped(NOTHING, { token: "x.y.z" }),
  "other-study": stopped(NOTHING, { claims: { study: "another" } }),
  "no-such-wave": stopped(NOTHING, { claims: { wave: "none" } }),
  "not-yet": told({ state: "not-yet", firstDay: "2027-03-01" }),
  closed: told({ state: "closed", lastDay: "2026-03-01" }),
  revoked: stopped(() => (scene.invitation = REPLY.refused("revoked"))),
  "not-admitted": stopped(() => (scene.invitation = REPLY.refused("signature"))),
  missing: stopped(() => (scene.study = REPLY.missing)),
  unreachable: stopped(() => (scene.study = REPLY.unreachable)),
  foreign: stopped(() => (scene.study = REPLY.bytes(60, 104, 116, 109, 108, 62))),
  elsewhere: stopped(NOTHING, { study: "https://elsewhere.svar.example/study.svar" }),
};

const each = (all, change) => Object.fromEntries(Object.entries(all).map(([name, one]) => [name, change(one)]));
const begun = (drive) => ({
  drive: async (person) => {
    await person.begins();
    await drive(person);
  },
});

/** By kind: `name`, `wave`, and its states by their names, each with what is done `before`, what the person does, and the `title`
 * of the page around where the widget has none. */
export const KINDS = {
  ...Object.fromEntries(Object.entries(questions).map(([wave, kind]) => [wave, { ...kind, wave, states: each(kind.states, begun) }])),
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
  untouched: "urørt", focused: "med fokus", answered: "besvart", open: "ikke besvart", wrong: "feil", exclusive: "står alene", full: "fullt",
  welcome: "velkommen", unfolded: "brettet ut", device: "enheten", questions: "spørsmål", "not-kept": "ikke lagret", review: "oversikt",
  "review-open": "oversikt, ubesvart", help: "hjelp", ask: "hvem å spørre", end: "avslutte", ended: "avsluttet", declined: "deltar ikke",
  sending: "sender", "no-receipt": "opptatt", "no-connection": "ingen kontakt", "not-admitted": "lenken godtas ikke",
  "turned-down": "ikke tatt imot", closed: "stengt", "look-again": "se på igjen", received: "kvittering", summary: "oppsummering",
  loading: "henter", whose: "er det deg", "other-tab": "annen fane", "no-code": "uten kode", "wrong-code": "feil kode", damaged: "skadet lenke",
  "other-study": "annen studie", "no-such-wave": "finnes ikke", "not-yet": "ikke åpnet", revoked: "trukket tilbake", missing: "ikke funnet",
  unreachable: "ikke på nett", foreign: "noe annet kom", elsewhere: "fremmed adresse",
};
