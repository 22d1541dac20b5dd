// A second calculation of when a wave is open in a unit, from docs/study-over-time.md alone. It shares no code and no
// time-zone database with the collector, and goes another way: it never turns a day into an instant, but asks Node
// which day an instant is in the zone, and looks for the ends of a window by halving. Nothing but Node >= 18 is needed.
//
// One line of JSON in, one out:
//   { "zone", "delay": { "includedBefore", "months" }?, "rule": { "from", "months", "days" }?,
//     "unit": { "included"?, "mailed"?, "randomised"?, "opens"?, "closes"? }?, "mode"?, "nbf"?, "exp"?, "now" }
//   { "state", "opens"?, "closes"?, "firstDay"?, "lastDay"? }
// nbf, exp and now are seconds since 1970, as are opens and closes in the reply.

import { createInterface } from "node:readline";

const GRACE = 72 * 60 * 60;

const formats = new Map();

/** The day at an instant in a zone, as YYYY-MM-DD. */
function dayAt(zone, seconds) {
  if (!formats.has(zone)) {
    const options = { timeZone: zone, calendar: "iso8601", year: "numeric", month: "2-digit", day: "2-digit" };
    formats.set(zone, new Intl.DateTimeFormat("en-US", options));
  }
  const parts = {};
  for (const { type, value } of formats.get(zone).formatToParts(seconds * 1000)) parts[type] = value;
  return `${parts.year.padStart(4, "0")}-${parts.month}-${parts.day}`;
}

/** The first second at which it is this day, or a later one, in the zone. */
function dayBegins(zone, day) {
  const [year, month, date] = day.split("-").map(Number);
  const utc = Date.UTC(year, month - 1, date) / 1000;
  let [before, after] = [utc - 2 * 86400, utc + 2 * 86400];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (dayAt(zone, middle) < day) before = middle;
    else after = middle;
  }
  return after;
}

const leap = (year) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const lengths = (year) => [31, leap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const written = (year, month, date) =>
  `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(date).padStart(2, "0")}`;

/** A day so many months later; the last of the month where the month has no such day. */
function monthsLater(day, months) {
  const [year, month, date] = day.split("-").map(Number);
  const count = year * 12 + (month - 1) + months;
  const [laterYear, laterMonth] = [Math.floor(count / 12), (count % 12) + 1];
  return written(laterYear, laterMonth, Math.min(date, lengths(laterYear)[laterMonth - 1]));
}

/** So many days later, counted one by one. */
function daysLater(day, days) {
  let [year, month, date] = day.split("-").map(Number);
  for (let passed = 0; passed < days; passed += 1) {
    date += 1;
    if (date > lengths(year)[month - 1]) [date, month] = [1, month + 1];
    if (month > 12) [month, year] = [1, year + 1];
  }
  return written(year, month, date);
}

/** The first and the last day by the wave's rule, if it can be known. */
function byRule({ rule, delay, unit }) {
  if (!rule) return {};
  let { months } = rule;
  let from = unit.mailed;
  if (rule.from === "randomisation") {
    from = unit.randomised;
    if (delay && !unit.included) return {};
    if (delay && unit.included < delay.includedBefore) months += delay.months;
  }
  if (!from) return {};
  const first = monthsLater(from, months);
  return { first, last: daysLater(first, rule.days - 1) };
}

function answer(asked) {
  const { zone, unit, mode, nbf, exp, now } = asked;
  let [first, last, undated] = [undefined, undefined, false];
  if (unit && mode !== "test") {
    const rule = byRule(asked);
    first = unit.opens ?? rule.first;
    last = mode === "paper" ? undefined : (unit.closes ?? rule.last);
    undated = asked.rule !== undefined && first === undefined && mode !== "paper";
  }
  const starts = [nbf, first && dayBegins(zone, first)].filter((start) => start !== undefined);
  const ends = [exp, last && dayBegins(zone, daysLater(last, 1))].filter((end) => end !== undefined);
  const opens = starts.length ? Math.max(...starts) : undefined;
  const closes = ends.length ? Math.min(...ends) : undefined;
  let state = "open";
  if (closes !== undefined && now >= closes + GRACE) state = "closed";
  else if (undated || (opens !== undefined && now < opens)) state = "not-yet";
  else if (closes !== undefined && now >= closes) state = "grace";
  return {
    state,
    opens,
    closes,
    firstDay: opens === undefined ? undefined : dayAt(zone, opens),
    lastDay: closes === undefined ? undefined : dayAt(zone, closes - 1),
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(answer(JSON.parse(line)))}\n`);
}
