/** What every column asks; the stand-in for the questionnaire (`stub.mjs`) says the same. */
export const pleased = ["Svært fornøyd", "Ganske fornøyd", "Verken fornøyd eller misfornøyd", "Misfornøyd"];
export const pains = ["Vondt i nakke eller skuldre", "Hodepine", "Ingen av disse"];
export const counties = ["Velg", "Agder", "Akershus", "Vestland"];
export const words = {
  title: "Arbeidet ditt",
  pleased: "Hvor fornøyd er du med arbeidet ditt, alt i alt?",
  weeks: "Tenk på de siste fire ukene.",
  pains: "Hva har du vært plaget av?",
  hours: "Hvor mange timer arbeider du i uken?",
  example: "Skriv et tall mellom 0 og 100, for eksempel 37,5.",
  wrong: "Skriv et tall mellom 0 og 100.",
  county: "Hvilket fylke bor du i?",
  more: "Er det noe du vil legge til?",
};
