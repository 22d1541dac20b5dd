#!/usr/bin/env node
// Another project's FHIRPath (npm `fhirpath`, National Library of Medicine) as a judge of Svar's expressions.
//
//   node fhirpath.mjs < lines.ndjson
//
// in:  {"expression": "…", "resource": {…}, "context": "…"?}   the resource, once given, holds until the next
// out: {"values": ["b:true", "n:1.5", "s:…", "c:{…}"]} or {"error": "…"}
//
// It is always 2026-11-28T09:30:00.500 in a place that is an hour ahead of UTC, without summer time.

import { createInterface } from 'node:readline';

const NOW = Date.UTC(2026, 10, 28, 8, 30, 0, 500);
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...from) { if (from.length) super(...from); else super(NOW); }
  static now() { return NOW; }
};
process.env.TZ = 'Etc/GMT-1';
console.warn = () => {};

const { default: fhirpath } = await import('fhirpath');
const { default: r4 } = await import('fhirpath/fhir-context/r4/index.js');

// Numbers to the eight digits after the point to which FHIRPath tells them apart.
const number = (n) => 'n:' + String(Number(Number(n).toFixed(8)) + 0);

const sorted = (value) => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
};

const said = (value) => {
  switch (typeof value) {
    case 'boolean': return 'b:' + value;
    case 'number': case 'bigint': return number(value);
    case 'string': return 's:' + value;
    default: return 'c:' + JSON.stringify(sorted(value));
  }
};

let resource = {};
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  if (asked.resource) resource = asked.resource;
  let answer;
  try {
    const values = fhirpath.evaluate(resource, asked.expression, { resource, questionnaire: asked.questionnaire }, r4,
      { preciseMath: true, async: false, traceFn: () => {} });
    answer = { values: values.map(said) };
  } catch (error) {
    answer = { error: String(error?.message ?? error).slice(0, 300) };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
