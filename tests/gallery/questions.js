// The kinds of question, and how a person brings each into each of its states, on the page that it stands on.

import { LONG } from "./person.js";

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

/** By the id of their round. */
export const questions = {
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
  "drop-down": {
    name: "Nedtrekksliste",
    states: states({ answer: async (person, place) => person.selects(place, 7) }),
  },
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
