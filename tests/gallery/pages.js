// The pages around the questions, and how a person comes to each from the way in.

import { REPLY, scene, written } from "./scene.js";
import { LONG, until } from "./person.js";

const NOTHING = async () => {};

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

export const pages = {
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

export const delivery = {
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

export const wayIn = {
  loading: {
    title: "En side som venter",
    before: () => (scene.study = REPLY.never),
    drive: (person) => person.sees(".svar-around [role=status]"),
  },
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
