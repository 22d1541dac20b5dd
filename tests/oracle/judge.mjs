#!/usr/bin/env node
// A second, independent reading of docs/questionnaire-profile.md ("Rules of a response").
// It shares no code with the widget: where the two disagree, one of them misreads the profile.
//
//   node judge.mjs --rules          NDJSON on standard input, NDJSON verdicts on standard output
//   node judge.mjs --rules --fhir   the same, and FHIR R4 validation with the npm package `fhir`
//
// README.md describes the lines and the rule names.

import { realpathSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SD = 'http://hl7.org/fhir/StructureDefinition/';
const SVAR = 'https://svar.example/fhir/StructureDefinition/';
const SDC = 'http://hl7.org/fhir/uv/sdc/StructureDefinition/';
const CONTROL_SYSTEM = 'http://hl7.org/fhir/questionnaire-item-control';
const PSEUDONYM_SYSTEM = 'https://svar.example/fhir/pseudonym';
const URI_SYSTEM = 'urn:ietf:rfc:3986';

// ---------------------------------------------------------------------------------------------
// JSON. JSON.parse forgets how a number was written (5.0 is no FHIR integer) and takes doubled
// keys in silence, so the judge reads JSON itself. Numbers written in any other way than as a
// plain integer become a Num, which keeps the text.

class Num {
  constructor(src) { this.src = src; this.value = Number(src); }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const PLAIN_STRING = /[^"\\\u0000-\u001f]*/y;
const ESCAPES = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

export function parseJson(s) {
  let i = 0;
  const fail = (what) => { throw new SyntaxError(`${what} at character ${i}`); };
  const space = () => {
    for (;;) {
      const c = s.charCodeAt(i);
      if (c === 32 || c === 9 || c === 10 || c === 13) i++; else return c;
    }
  };
  const string = () => {
    i++;
    let out = '';
    for (;;) {
      PLAIN_STRING.lastIndex = i;
      const plain = PLAIN_STRING.exec(s)[0];
      i += plain.length;
      out = out === '' ? plain : out + plain;
      const c = s[i];
      if (c === '"') { i++; return out; }
      if (c !== '\\') fail('unfinished string or raw control character');
      const e = s[i + 1];
      if (e === 'u') {
        const hex = s.slice(i + 2, i + 6);
        if (!/^[0-9a-fA-F]{4}$/.test(hex)) fail('bad \\u escape');
        out += String.fromCharCode(parseInt(hex, 16));
        i += 6;
      } else if (e !== undefined && Object.hasOwn(ESCAPES, e)) {
        out += ESCAPES[e];
        i += 2;
      } else fail('bad escape');
    }
  };
  const word = (w, v) => { if (!s.startsWith(w, i)) fail('unexpected character'); i += w.length; return v; };
  const value = () => {
    const c = space();
    if (c === 34) return string();
    if (c === 123) {
      i++;
      const out = {};
      if (space() === 125) { i++; return out; }
      for (;;) {
        if (space() !== 34) fail('key expected');
        const key = string();
        if (Object.hasOwn(out, key)) fail(`key "${key}" doubled`);
        if (space() !== 58) fail('colon expected');
        i++;
        const v = value();
        if (key === '__proto__') Object.defineProperty(out, key, { value: v, enumerable: true });
        else out[key] = v;
        const n = space();
        i++;
        if (n === 125) return out;
        if (n !== 44) { i--; fail('comma or } expected'); }
      }
    }
    if (c === 91) {
      i++;
      const out = [];
      if (space() === 93) { i++; return out; }
      for (;;) {
        out.push(value());
        const n = space();
        i++;
        if (n === 93) return out;
        if (n !== 44) { i--; fail('comma or ] expected'); }
      }
    }
    if (c === 116) return word('true', true);
    if (c === 102) return word('false', false);
    if (c === 110) return word('null', null);
    NUMBER.lastIndex = i;
    const m = NUMBER.exec(s);
    if (!m) fail('unexpected character');
    i += m[0].length;
    const n = Number(m[0]);
    return Number.isSafeInteger(n) && String(n) === m[0] ? n : new Num(m[0]);
  };
  const out = value();
  space();
  if (i < s.length) fail('text after the value');
  return out;
}

// Decimals are compared exactly: doubles first, and digit by digit where the doubles are equal.
const asNumber = (v) => (v instanceof Num ? v.value : v);
const isNumber = (v) => typeof v === 'number' || v instanceof Num;

function digits(v) {
  const m = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(v instanceof Num ? v.src : String(v));
  return { int: BigInt(m[1] + m[2] + (m[3] ?? '')), exp: Number(m[4] ?? 0) - (m[3] ?? '').length };
}

export function compareNumbers(a, b) {
  const x = asNumber(a);
  const y = asNumber(b);
  if (x < y) return -1;
  if (x > y) return 1;
  if (typeof a === 'number' && typeof b === 'number') return 0;
  const p = digits(a);
  const q = digits(b);
  const low = Math.min(p.exp, q.exp);
  const l = p.int * 10n ** BigInt(p.exp - low);
  const r = q.int * 10n ** BigInt(q.exp - low);
  return l < r ? -1 : l > r ? 1 : 0;
}

// At most 18 digits, those after the point counted with their zeros, and no exponent.
function plainDecimal(v) {
  const m = /^-?0*([0-9]*)(?:\.([0-9]+))?$/.exec(v instanceof Num ? v.src : String(v));
  return m !== null && m[1].length + (m[2] ?? '').length <= 18;
}

// A number nobody can mean (1e999999999) must not stall the exact comparison.
function absurd(v) {
  if (!(v instanceof Num)) return false;
  const e = /[eE]([+-]?[0-9]+)$/.exec(v.src);
  return !Number.isFinite(v.value) || v.src.length > 2000 || (e !== null && Math.abs(Number(e[1])) > 400);
}

// ---------------------------------------------------------------------------------------------
// The questionnaire, read once.

const isObject = (v) => v !== null && typeof v === 'object' && !Array.isArray(v) && !(v instanceof Num);
const isString = (v) => typeof v === 'string';
const list = (v) => (Array.isArray(v) ? v : []);
const BLANK = /^\p{White_Space}*$/u;
const isBlank = (v) => BLANK.test(v);

const ITEM_TYPES = new Set(['group', 'display', 'boolean', 'integer', 'decimal', 'string', 'text', 'choice']);
const OPERATORS = new Set(['exists', '=', '!=', '>', '<', '>=', '<=']);
const CONTROLS = {
  page: 'group', table: 'group',
  'radio-button': 'question', 'check-box': 'question', 'drop-down': 'question', slider: 'question',
  help: 'display', lower: 'display', upper: 'display',
};
const CONDITION_ANSWERS = ['answerBoolean', 'answerInteger', 'answerDecimal', 'answerString', 'answerCoding'];

const extensions = (element, url) => list(element?.extension).filter((e) => isObject(e) && e.url === url);

function hasModifier(v) {
  const stack = [v];
  while (stack.length) {
    const x = stack.pop();
    if (Array.isArray(x)) stack.push(...x);
    else if (isObject(x)) {
      if (Object.hasOwn(x, 'modifierExtension')) return true;
      stack.push(...Object.values(x));
    }
  }
  return false;
}

// Returns { canonical, nodes, byId, top, order, problems }. With problems, the questionnaire is
// outside the profile as far as responses are concerned, and every response to it is refused.
export function compile(questionnaire) {
  const problems = [];
  const bad = (at, why) => problems.push({ rule: 'Q', at, why });
  const form = { canonical: '', nodes: [], byId: new Map(), top: [], order: [], problems };
  if (!isObject(questionnaire) || questionnaire.resourceType !== 'Questionnaire') {
    bad('Questionnaire', 'no Questionnaire');
    return form;
  }
  for (const key of ['url', 'version']) {
    if (!isString(questionnaire[key]) || isBlank(questionnaire[key])) bad(key, 'required');
  }
  form.canonical = `${questionnaire.url}|${questionnaire.version}`;
  if (hasModifier(questionnaire)) bad('Questionnaire', 'modifierExtension');
  if (questionnaire.item !== undefined && !Array.isArray(questionnaire.item)) bad('item', 'no array');

  const valueSets = new Map();
  for (const r of list(questionnaire.contained)) {
    if (isObject(r) && r.resourceType === 'ValueSet' && isString(r.id)) {
      if (valueSets.has(r.id)) bad(`#${r.id}`, 'two contained value sets with this id');
      valueSets.set(r.id, r);
    }
  }

  const walk = (items, parent, out) => {
    for (const item of items) {
      if (!isObject(item) || !isString(item.linkId) || item.linkId === '') {
        bad(parent ? parent.linkId : 'item', 'item without linkId');
        continue;
      }
      const id = item.linkId;
      if (form.byId.has(id)) { bad(id, 'linkId doubled'); continue; }
      if (!ITEM_TYPES.has(item.type)) { bad(id, `item type ${JSON.stringify(item.type)}`); continue; }
      const kind = item.type === 'group' || item.type === 'display' ? item.type : 'question';
      const node = {
        index: form.nodes.length, linkId: id, type: item.type, kind, parent, place: out.length,
        children: [], placeOf: new Map(), conditions: [], any: false, hidden: parent ? parent.hidden : false,
        required: item.required === true, repeats: item.repeats === true, tick: false,
        maxLength: null, format: null, min: [], max: [], options: null, ranked: null,
      };
      form.nodes.push(node);
      form.byId.set(id, node);
      out.push(node);

      if (item.readOnly === true) bad(id, 'readOnly');
      if (item.initial !== undefined) bad(id, 'initial');
      if (node.repeats && node.type !== 'choice') bad(id, 'repeats on something else than choice');
      if (extensions(item, `${SDC}sdc-questionnaire-subQuestionnaire`).length) bad(id, 'subQuestionnaire not assembled');
      for (const e of extensions(item, `${SD}questionnaire-hidden`)) if (e.valueBoolean === true) node.hidden = true;
      for (const e of extensions(item, `${SD}questionnaire-itemControl`)) {
        const codings = list(e.valueCodeableConcept?.coding);
        if (!codings.length) bad(id, 'item control without code');
        for (const c of codings) {
          const known = c?.system === CONTROL_SYSTEM && Object.hasOwn(CONTROLS, c?.code) && CONTROLS[c.code] === kind;
          if (!known) bad(id, `item control ${JSON.stringify(c?.code)} on ${node.type}`);
          else if (c.code === 'check-box' && node.type === 'boolean') node.tick = true;
        }
      }

      if (item.maxLength !== undefined && (node.type === 'string' || node.type === 'text')) {
        if (!Number.isInteger(item.maxLength) || item.maxLength < 1 || item.maxLength > 100000) bad(id, 'maxLength outside 1 to 100000');
        else node.maxLength = item.maxLength;
      }
      for (const e of extensions(item, 'https://svar.example/fhir/StructureDefinition/format')) {
        if (node.type !== 'string' || !Object.hasOwn(FORMATS, e.valueCode)) bad(id, `format ${JSON.stringify(e.valueCode)} on ${node.type}`);
        else node.format = FORMATS[e.valueCode];
      }
      if (node.type === 'integer' || node.type === 'decimal') {
        for (const [name, bounds] of [['minValue', node.min], ['maxValue', node.max]]) {
          for (const e of extensions(item, SD + name)) {
            const v = e.valueInteger ?? e.valueDecimal;
            if (!isNumber(v) || absurd(v)) bad(id, `${name} is no number`); else bounds.push(v);
          }
        }
      }
      if (node.type === 'choice') node.options = readOptions(item, valueSets, bad);
      for (const e of extensions(item, `${SVAR}ranked`)) {
        const v = e.valueInteger;
        if (!node.repeats || !Number.isInteger(v) || v < 1 || v > 255) bad(id, `ranked ${JSON.stringify(v)} on ${node.type}`);
        else node.ranked = v;
      }
      if (node.options && node.ranked === null && [...node.options.values()].some((o) => o.present !== null)) bad(id, 'option-present without ranked');

      for (const w of list(item.enableWhen)) node.conditions.push(w);
      if (item.enableWhen !== undefined && !Array.isArray(item.enableWhen)) bad(id, 'enableWhen is no array');
      if (item.enableBehavior === 'all') node.any = false;
      else if (item.enableBehavior === undefined || item.enableBehavior === 'any') node.any = true;
      else bad(id, 'enableBehavior');

      if (item.item !== undefined && !Array.isArray(item.item)) bad(id, 'item is no array');
      walk(list(item.item), node, node.children);
      if (node.kind !== 'group' && node.children.some((c) => node.kind === 'display' || c.kind !== 'display')) {
        bad(id, 'only display items may stand below a question, and nothing below a display');
      }
      node.children.forEach((c, n) => node.placeOf.set(c.linkId, n));
    }
  };
  walk(list(questionnaire.item), null, form.top);
  form.placeOf = new Map(form.top.map((n, place) => [n.linkId, place]));

  for (const node of form.nodes) {
    node.conditions = node.conditions.map((w) => readCondition(w, node, form, bad)).filter(Boolean);
  }
  for (const node of form.nodes) {
    for (const option of node.options?.values() ?? []) {
      if (option.present === null) continue;
      option.source = form.byId.get(option.present);
      if (!option.source) bad(node.linkId, 'option-present names no item of the form');
    }
  }
  form.order = evaluationOrder(form);
  return form;
}

const codingKey = (system, code) => JSON.stringify([system ?? null, code]);

// Map from (system, code) to { exclusive, present }, or null if there are none.
function readOptions(item, valueSets, bad) {
  const options = new Map();
  const exclusive = (e) => extensions(e, `${SD}questionnaire-optionExclusive`).some((x) => x.valueBoolean === true);
  const add = (system, code, e) => {
    if (!isString(code) || code === '' || (system !== undefined && !isString(system))) { bad(item.linkId, 'option without code'); return; }
    const key = codingKey(system, code);
    const present = extensions(e, `${SVAR}option-present`).map((x) => x.valueString)[0] ?? null;
    options.set(key, { exclusive: exclusive(e) || options.get(key)?.exclusive === true, present, source: null });
  };
  if (item.answerOption !== undefined && item.answerValueSet !== undefined) bad(item.linkId, 'both answerOption and answerValueSet');
  for (const o of list(item.answerOption)) {
    if (!isObject(o?.valueCoding)) bad(item.linkId, 'answerOption without valueCoding');
    else add(o.valueCoding.system, o.valueCoding.code, o);
  }
  if (item.answerValueSet !== undefined) {
    const set = isString(item.answerValueSet) && item.answerValueSet.startsWith('#') ? valueSets.get(item.answerValueSet.slice(1)) : undefined;
    if (!set) bad(item.linkId, 'answerValueSet is not contained');
    else {
      if (set.compose?.exclude !== undefined) bad(item.linkId, 'value set with exclude');
      for (const include of list(set.compose?.include)) {
        if (!Array.isArray(include?.concept) || include.filter !== undefined || include.valueSet !== undefined) bad(item.linkId, 'value set include without plain concepts');
        for (const c of list(include?.concept)) add(include.system, c?.code, c);
      }
    }
  }
  return options;
}

function readCondition(w, node, form, bad) {
  if (!isObject(w)) { bad(node.linkId, 'enableWhen is no object'); return null; }
  const source = form.byId.get(w.question);
  if (!source) { bad(node.linkId, 'enableWhen names no item of the form'); return null; }
  if (source === node) { bad(node.linkId, 'enableWhen names its own item'); return null; }
  if (source.kind !== 'question') { bad(node.linkId, 'enableWhen names an item that is no question'); return null; }
  if (!OPERATORS.has(w.operator)) { bad(node.linkId, `operator ${JSON.stringify(w.operator)}`); return null; }
  const given = Object.keys(w).filter((k) => k.startsWith('answer'));
  const key = given[0];
  const v = w[key];
  const fits = {
    answerBoolean: () => typeof v === 'boolean',
    answerInteger: () => Number.isInteger(v),
    answerDecimal: () => isNumber(v) && !absurd(v),
    answerString: () => isString(v),
    answerCoding: () => isObject(v) && isString(v.code) && (v.system === undefined || isString(v.system)),
  };
  if (given.length !== 1 || !CONDITION_ANSWERS.includes(key) || !fits[key]()) { bad(node.linkId, 'enableWhen answer'); return null; }
  if (w.operator === 'exists' && key !== 'answerBoolean') { bad(node.linkId, 'exists asks for answerBoolean'); return null; }
  const ordered = w.operator !== 'exists' && w.operator !== '=' && w.operator !== '!=';
  if (ordered && key !== 'answerInteger' && key !== 'answerDecimal') { bad(node.linkId, `${w.operator} compares numbers only`); return null; }
  return { source, operator: w.operator, key, value: v };
}

// What the options of a ranked choice wait for.
const awaited = (node) => [...(node.options?.values() ?? [])].map((option) => option.source).filter(Boolean);

// An order in which everything an item's state depends on comes before it. In a cycle there is
// none: there one item comes first, and asks about items not yet judged (see `Judging.answersOf`).
function evaluationOrder(form) {
  const order = [];
  const state = new Uint8Array(form.nodes.length);
  const needs = form.nodes.map((n) => [...(n.parent ? [n.parent] : []), ...n.conditions.map((c) => c.source), ...awaited(n)]);
  for (const start of form.nodes) {
    if (state[start.index]) continue;
    state[start.index] = 1;
    const stack = [[start, 0]];
    while (stack.length) {
      const frame = stack[stack.length - 1];
      const [node, n] = frame;
      if (n < needs[node.index].length) {
        frame[1]++;
        const next = needs[node.index][n];
        if (!state[next.index]) { state[next.index] = 1; stack.push([next, 0]); }
      } else { order.push(node); stack.pop(); }
    }
  }
  return order;
}

// ---------------------------------------------------------------------------------------------
// One response.

const UNJUDGED = 0;
const DISABLED = 1;
const ENABLED = 2;
const UUID_URN = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const INSTANT = /^([0-9]{4})-(0[1-9]|1[0-2])-([0-2][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))$/;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const CONTROL_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;
const VALUE_KEY = { boolean: 'valueBoolean', integer: 'valueInteger', decimal: 'valueDecimal', string: 'valueString', text: 'valueString', choice: 'valueCoding' };

function isInstant(v) {
  const m = isString(v) ? INSTANT.exec(v) : null;
  if (!m) return false;
  const [year, month, day] = [Number(m[1]), Number(m[2]), Number(m[3])];
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return year > 0 && day > 0 && day <= days[month - 1];
}

// A day, month and two-digit year: 40 more in the day of a D number; 40, 65 or 80 more in the month
// of a number made for testing. The century is not in the date, so either will do.
function isBirthNumber(v) {
  if (!/^[0-9]{11}$/.test(v)) return false;
  const d = [...v].map(Number);
  const weighted = (weights) => weights.reduce((sum, w, n) => sum + w * d[n], 0) % 11;
  if (weighted([3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) !== 0 || weighted([5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) !== 0) return false;
  let day = Number(v.slice(0, 2));
  if (day > 40) day -= 40;
  const written = Number(v.slice(2, 4));
  const month = written - (written > 80 ? 80 : written > 65 ? 65 : written > 40 ? 40 : 0);
  return [1900, 2000].some((century) => {
    const date = new Date(Date.UTC(century + Number(v.slice(4, 6)), month - 1, day));
    return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  });
}

const FORMATS = {
  email: (v) => /^[^@\p{White_Space}]+@[^@.\p{White_Space}][^@\p{White_Space}]*\.[^@\p{White_Space}]*[^@.\p{White_Space}]$/u.test(v),
  phone: (v) => /^(?:[0-9]{8}|\+[0-9]{6,15})$/.test(v),
  'national-identity-number': isBirthNumber,
};

const characters = (s) => { let n = 0; for (const _ of s) n++; return n; };

class Judging {
  constructor(form) {
    this.form = form;
    this.problems = [];
    const n = form.nodes.length;
    this.answers = new Array(n).fill(null); // the values that conditions see
    this.given = new Array(n).fill(null); // the response's item, where it stands in its place
    this.state = new Uint8Array(n);
    this.stands = new Uint8Array(n);
  }

  bad(rule, at, why) { this.problems.push({ rule, at, why }); }

  only(object, allowed, rule, at) {
    for (const key in object) if (!allowed.includes(key)) this.bad(rule, at, `"${key}" does not belong here`);
  }

  header(r) {
    this.only(r, ['resourceType', 'id', 'identifier', 'questionnaire', 'status', 'subject', 'authored', 'item'], 'R0', 'QuestionnaireResponse');
    const identifier = r.identifier;
    if (!isObject(identifier)) this.bad('R0', 'identifier', 'missing');
    else {
      this.only(identifier, ['system', 'value'], 'R0', 'identifier');
      if (identifier.system !== URI_SYSTEM) this.bad('R0', 'identifier.system', `not ${URI_SYSTEM}`);
      if (!isString(identifier.value) || !UUID_URN.test(identifier.value)) this.bad('R0', 'identifier.value', 'no urn:uuid: in lower case');
    }
    if ('id' in r && (!isString(r.id) || identifier?.value !== `urn:uuid:${r.id}`)) this.bad('R0', 'id', 'not that of the identifier');
    if (r.status !== 'completed') this.bad('R0', 'status', 'not completed');
    if (r.questionnaire !== this.form.canonical) this.bad('R0', 'questionnaire', `not ${this.form.canonical}`);
    if (!isInstant(r.authored)) this.bad('R0', 'authored', 'no instant with zone');
    const subject = r.subject;
    if (!isObject(subject) || !isObject(subject.identifier)) this.bad('R0', 'subject.identifier', 'missing');
    else {
      this.only(subject, ['identifier'], 'R0', 'subject');
      this.only(subject.identifier, ['system', 'value'], 'R0', 'subject.identifier');
      if (subject.identifier.system !== PSEUDONYM_SYSTEM) this.bad('R0', 'subject.identifier.system', `not ${PSEUDONYM_SYSTEM}`);
      const v = subject.identifier.value;
      if (!isString(v) || isBlank(v) || CONTROL_CHARACTER.test(v) || LONE_SURROGATE.test(v)) this.bad('R0', 'subject.identifier.value', 'missing or blank');
    }
  }

  // Rule 9, and the shape of the items: finds each item's place and what it answers.
  place(items, parent, path) {
    if (items === undefined) return;
    if (!Array.isArray(items) || items.length === 0) { this.bad('RT', `${path}.item`, 'no array, or an empty one'); return; }
    const children = parent ? parent.children : this.form.top;
    const placeOf = parent ? parent.placeOf : this.form.placeOf;
    let furthest = -1;
    items.forEach((item, n) => {
      const here = `${path}.item[${n}]`;
      if (!isObject(item)) { this.bad('RT', here, 'no object'); return; }
      const id = item.linkId;
      if (!isString(id)) { this.bad('RT', here, 'no linkId'); return; }
      const at = placeOf.get(id);
      if (at === undefined) {
        this.bad('R9', id, this.form.byId.has(id) ? `stands outside its parent (${here})` : `the questionnaire has no such linkId (${here})`);
        return;
      }
      const node = children[at];
      if (this.given[node.index]) { this.bad('R9', id, `stands twice (${here})`); return; }
      if (at < furthest) this.bad('R9', id, `out of order (${here})`); else furthest = at;
      this.given[node.index] = item;
      this.shape(item, node, here);
    });
  }

  shape(item, node, here) {
    const id = node.linkId;
    if (Object.hasOwn(item, 'text')) this.bad('R4', id, 'text is left out');
    if (node.kind === 'display') return; // refused in `standing`
    this.only(item, node.kind === 'group' ? ['linkId', 'item', 'text'] : ['linkId', 'answer', 'text'], 'RT', id);
    if (node.kind === 'group') {
      this.place(item.item, node, here);
      return;
    }
    if (item.answer === undefined) return;
    if (!Array.isArray(item.answer) || item.answer.length === 0) { this.bad('RT', id, 'answer is no array, or an empty one'); return; }
    const key = VALUE_KEY[node.type];
    const values = [];
    item.answer.forEach((answer, n) => {
      const where = `answer[${n}]`;
      if (!isObject(answer)) { this.bad('RT', id, `${where} is no object`); return; }
      this.only(answer, [key], 'RT', id);
      if (!Object.hasOwn(answer, key)) { this.bad('RT', id, `${where} has no ${key}`); return; }
      const v = answer[key];
      const right = this.value(node, v, where);
      if (right) values.push(v);
    });
    if (values.length) this.answers[node.index] = values;
    if (item.answer.length > 1) {
      if (!node.repeats) this.bad('R6', id, 'several answers without repeats');
      this.severalOptions(node, values);
    }
    if (node.ranked !== null && item.answer.length > node.ranked) this.bad('R6', id, `more than ${node.ranked} ranked`);
  }

  // The type of a value (true if conditions may look at it), and rules 6 and 7.
  value(node, v, where) {
    const id = node.linkId;
    switch (node.type) {
      case 'boolean':
        if (typeof v === 'boolean') return true;
        this.bad('RT', id, `${where}: no boolean`);
        return false;
      case 'integer':
      case 'decimal': {
        if (node.type === 'integer' && !Number.isInteger(v)) {
          this.bad('RT', id, `${where}: no integer`);
          return false;
        }
        if (!isNumber(v)) { this.bad('RT', id, `${where}: no number`); return false; }
        if (absurd(v)) { this.bad('RT', id, `${where}: number beyond measure`); return false; }
        if (node.type === 'decimal' && !plainDecimal(v)) this.bad('RT', id, `${where}: exponent, or more than 18 digits`);
        if (node.type === 'integer' && (v < -2147483648 || v > 2147483647)) this.bad('RT', id, `${where}: more than 32 bits`);
        if (node.min.some((m) => compareNumbers(v, m) < 0)) this.bad('R7', id, `${where}: below the lower bound`);
        if (node.max.some((m) => compareNumbers(v, m) > 0)) this.bad('R7', id, `${where}: above the upper bound`);
        return true;
      }
      case 'string':
      case 'text':
        if (!isString(v)) { this.bad('RT', id, `${where}: no string`); return false; }
        if (isBlank(v)) this.bad('R7', id, `${where}: blank text`);
        if (characters(v) > (node.maxLength ?? 1048576)) this.bad('R7', id, `${where}: text too long`);
        if (node.format && !node.format(v)) this.bad('R7', id, `${where}: text of another format`);
        if (CONTROL_CHARACTER.test(v) || LONE_SURROGATE.test(v)) this.bad('RT', id, `${where}: character that FHIR does not allow`);
        if (node.type === 'string' && /[\r\n]/.test(v)) this.bad('RT', id, `${where}: line break in a one-line answer`);
        return true;
      default: {
        if (!isObject(v)) { this.bad('RT', id, `${where}: no Coding`); return false; }
        this.only(v, ['system', 'code'], 'R6', id);
        if (!isString(v.code) || (v.system !== undefined && !isString(v.system))) {
          this.bad('RT', id, `${where}: Coding without code`);
          return false;
        }
        if (!node.options.has(codingKey(v.system, v.code))) this.bad('R6', id, `${where}: not one of the options`);
        return true;
      }
    }
  }

  severalOptions(node, values) {
    if (node.type !== 'choice') return;
    const seen = new Set();
    for (const v of values) {
      const key = codingKey(v.system, v.code);
      if (seen.has(key)) this.bad('R6', node.linkId, 'an option twice');
      seen.add(key);
      if (node.options.get(key)?.exclusive) this.bad('R6', node.linkId, 'an exclusive option does not stand alone');
    }
  }

  // Rules 1 to 3. In a cycle a condition may ask about an item not yet judged; it is then taken
  // to be enabled, so that what it answers counts. If it turns out disabled and has an answer, the
  // response is refused for that; if it has none, nothing hung on it. So a response passes exactly
  // if it agrees with itself, in whatever order the cycle was entered.
  enable() {
    const { form, state } = this;
    for (const node of form.order) {
      let on = !node.parent || state[node.parent.index] !== DISABLED;
      if (on && node.conditions.length) {
        const holds = (c) => this.condition(c);
        on = node.any ? node.conditions.some(holds) : node.conditions.every(holds);
      }
      state[node.index] = on ? ENABLED : DISABLED;
    }
  }

  answersOf(node) {
    return this.state[node.index] === DISABLED ? null : this.answers[node.index];
  }

  condition({ source, operator, key, value }) {
    const answers = this.answersOf(source);
    switch (operator) {
      case 'exists': return (answers !== null) === value;
      case '=': return answers !== null && answers.some((a) => equal(source, a, key, value));
      case '!=': return answers === null || !answers.some((a) => equal(source, a, key, value));
      default:
        if (answers === null || (source.type !== 'integer' && source.type !== 'decimal')) return false;
        return answers.some((a) => {
          const d = compareNumbers(a, value);
          return operator === '<' ? d < 0 : operator === '>' ? d > 0 : operator === '<=' ? d <= 0 : d >= 0;
        });
    }
  }

  // Which items are to stand (rules 1 and 4): a question if it is shown, or hidden with an answer;
  // a group if something below it stands. Children have higher numbers than their parents.
  standing() {
    const { form, state, stands } = this;
    for (let i = form.nodes.length - 1; i >= 0; i--) {
      const node = form.nodes[i];
      if (state[i] !== ENABLED || node.kind === 'display') continue;
      if (node.kind === 'group') stands[i] = node.children.some((c) => stands[c.index]) ? 1 : 0;
      else stands[i] = !node.hidden || this.given[i]?.answer !== undefined ? 1 : 0;
    }
    this.compare(form.top);
  }

  compare(nodes) {
    for (const node of nodes) {
      const item = this.given[node.index];
      const on = this.state[node.index] === ENABLED;
      if (!item) {
        if (this.stands[node.index]) {
          this.bad('R4', node.linkId, node.kind === 'group' ? 'the group should stand' : 'the item should stand');
        }
        continue;
      }
      if (!on) { this.bad('R1', node.linkId, 'stands although disabled'); continue; }
      if (node.kind === 'display') { this.bad('R4', node.linkId, 'display items are left out'); continue; }
      if (!this.stands[node.index]) {
        this.bad('R4', node.linkId, node.kind === 'group' ? 'the group has nothing to say and should be left out' : 'hidden item without answer');
      }
      for (const v of this.answers[node.index] ?? []) {
        const option = node.type === 'choice' ? node.options.get(codingKey(v.system, v.code)) : undefined;
        if (option?.source && this.state[option.source.index] !== ENABLED) this.bad('R6', node.linkId, `"${v.code}" is not offered`);
      }
      if (node.kind === 'group') this.compare(node.children);
      else if (!node.hidden && item.answer === undefined) {
        if (node.tick) this.bad('R5', node.linkId, 'a check box always answers');
        if (node.required) this.bad('R8', node.linkId, 'required');
      }
    }
  }
}

function equal(source, answer, key, value) {
  switch (source.type) {
    case 'boolean': return key === 'answerBoolean' && answer === value;
    case 'integer':
    case 'decimal': return (key === 'answerInteger' || key === 'answerDecimal') && compareNumbers(answer, value) === 0;
    case 'choice': return key === 'answerCoding' && answer.code === value.code && (value.system === undefined || answer.system === value.system);
    default: return key === 'answerString' && answer === value;
  }
}

export function judge(form, response) {
  if (form.problems.length) return form.problems;
  const j = new Judging(form);
  if (!isObject(response) || response.resourceType !== 'QuestionnaireResponse') {
    j.bad('R0', 'QuestionnaireResponse', 'no QuestionnaireResponse');
    return j.problems;
  }
  j.header(response);
  j.place(response.item, null, 'QuestionnaireResponse');
  j.enable();
  j.standing();
  return j.problems;
}

// ---------------------------------------------------------------------------------------------
// FHIR R4 with the npm package `fhir` 4.12.0. Its quirks, and what is done about each:
//  a. it does not follow content references, so items below items, and items below answers, go
//     unseen: `mend` gives those properties the definition they refer to;
//  b. siblings of primitives (`_text`) are not looked into: `mend` gives them `id` and `extension`;
//  c. `enableWhen.answer[x]` counts as missing where it is `false` or `0`: dropped for exactly that;
//  d. strings are not checked to be strings, and its patterns are not anchored: `primitive` does it;
//  e. null, and empty strings, arrays and objects pass or make it throw: `hollow` finds them first;
//  f. `integer` and `decimal` have seen JSON.parse, so `5.0` passes here (the rules refuse it).
// It checks structure, cardinality, primitive types and bound codes; it knows no invariants.

function mend(definitions) {
  const sibling = definitions.Extension._properties.filter((p) => p._name === 'id' || p._name === 'extension');
  const seen = new Set();
  const walk = (properties) => {
    if (!Array.isArray(properties) || seen.has(properties)) return;
    seen.add(properties);
    for (const p of properties) {
      if (p._type === 'Element' && p._name.startsWith('_')) {
        p._type = 'sibling of a primitive';
        p._properties = sibling;
      } else if (isString(p._type) && p._type.startsWith('#')) {
        const [name, ...path] = p._type.slice(1).split('.');
        let target = definitions[name];
        for (const step of path) target = target?._properties?.find((x) => x._name === step);
        if (target) p._properties = target._properties;
      } else walk(p._properties);
    }
  };
  for (const name of Object.keys(definitions)) walk(definitions[name]._properties);
}

const STRINGS = {
  string: null, markdown: null, uri: /^\S+$/, url: /^\S+$/, canonical: /^\S+$/,
  code: /^[^\s]+(\s[^\s]+)*$/, id: /^[A-Za-z0-9\-.]{1,64}$/,
  date: /^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$/,
  dateTime: /^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00)))?)?)?$/,
  instant: INSTANT,
};

function primitive(type, v) {
  if (Object.hasOwn(STRINGS, type)) return isString(v) && (STRINGS[type] === null || STRINGS[type].test(v));
  if (type === 'boolean') return typeof v === 'boolean';
  if (type === 'decimal') return typeof v === 'number';
  if (type === 'integer') return Number.isInteger(v) && Math.abs(v) <= 2147483648;
  if (type === 'positiveInt') return Number.isInteger(v) && v > 0;
  if (type === 'unsignedInt') return Number.isInteger(v) && v >= 0;
  return true;
}

function hollow(v, at, out) {
  if (v === null || v === '') out.push({ rule: 'FHIR', at, why: v === null ? 'null' : 'empty string' });
  else if (typeof v === 'object') {
    const keys = Object.keys(v);
    if (!keys.length) out.push({ rule: 'FHIR', at, why: 'empty array or object' });
    for (const k of keys) hollow(v[k], Array.isArray(v) ? `${at}[${k}]` : `${at}.${k}`, out);
  }
}

const at = (resource, path) => path.split('.').slice(1).reduce((v, step) => {
  const m = /^(.*?)(?:\[([0-9]+)\])?$/.exec(step);
  const next = v?.[m[1]];
  return m[2] === undefined ? next : next?.[Number(m[2])];
}, resource);

export async function fhirValidator() {
  const { default: pkg } = await import('fhir');
  const fhir = new pkg.Fhir();
  const definitions = fhir.parser.parsedStructureDefinitions;
  mend(definitions);

  const primitives = (v, properties, path, out) => {
    if (!isObject(v)) return;
    for (const p of properties) {
      if (!Object.hasOwn(v, p._name)) continue;
      const values = p._multiple ? list(v[p._name]) : [v[p._name]];
      values.forEach((x, n) => {
        const here = `${path}.${p._name}${p._multiple ? `[${n}]` : ''}`;
        if (!primitive(p._type, x)) out.push({ rule: 'FHIR', at: here, why: `no ${p._type}` });
        const type = p._type === 'Resource' ? x?.resourceType : p._type;
        const inner = p._properties?.length ? p._properties : Object.hasOwn(definitions, type) ? definitions[type]._properties : undefined;
        if (inner) primitives(x, inner, here, out);
      });
    }
  };
  const validate = (resource) => {
    const problems = [];
    const type = isObject(resource) && isString(resource.resourceType) ? resource.resourceType : '';
    hollow(resource, type, problems);
    if (problems.length) return problems;
    if (Object.hasOwn(definitions, type)) primitives(resource, definitions[type]._properties, type, problems);
    for (const m of fhir.validate(resource, { errorOnUnexpected: true }).messages) {
      if (m.severity !== 'error' && m.severity !== 'fatal') continue;
      if (m.message === 'Missing property' && /\.enableWhen\[[0-9]+\]\.answer/.test(m.location)) { // quirk c
        const when = at(resource, m.location.slice(0, m.location.lastIndexOf('.')));
        if (when?.answerBoolean === false || when?.answerInteger === 0 || when?.answerDecimal === 0) continue;
      }
      problems.push({ rule: 'FHIR', at: m.location, why: m.message });
    }
    return problems;
  };
  return (resource) => {
    try {
      return validate(resource);
    } catch (e) {
      return [{ rule: 'FHIR', at: '', why: `the validator gave up: ${e.message}` }];
    }
  };
}

// ---------------------------------------------------------------------------------------------
// Lines in, lines out.

// `fhir` is a validator from fhirValidator(), or null. Returns line → object to print, or null.
export function session(fhir) {
  const forms = new Map();
  return (text) => {
    let line;
    try {
      line = parseJson(text);
    } catch (e) {
      return { id: null, ok: false, problems: [{ rule: 'J', at: '', why: `no JSON: ${e.message}` }] };
    }
    if (isObject(line) && Object.hasOwn(line, 'questionnaire')) {
      if (!isString(line.as)) return { questionnaire: null, ok: false, problems: [{ rule: 'J', at: '', why: 'questionnaire without "as"' }] };
      let form;
      try {
        form = compile(line.questionnaire);
      } catch (e) {
        form = { problems: [{ rule: 'Q', at: '', why: `cannot be read: ${e.message}` }] };
      }
      forms.set(line.as, form);
      for (const p of form.problems) process.stderr.write(`${line.as}: ${p.at}: ${p.why}\n`);
      if (!fhir) return null;
      const problems = [...form.problems, ...fhir(JSON.parse(text).questionnaire)];
      return { questionnaire: line.as, ok: problems.length === 0, problems };
    }
    const id = isObject(line) && line.id !== undefined ? (line.id instanceof Num ? line.id.src : line.id) : null;
    const form = isObject(line) ? forms.get(line.of) : undefined;
    if (!form) return { id, ok: false, problems: [{ rule: 'J', at: '', why: 'no questionnaire of this name' }] };
    let problems;
    try {
      problems = judge(form, line.response);
      if (fhir) problems = [...problems, ...fhir(JSON.parse(text).response)];
    } catch (e) {
      problems = [{ rule: 'J', at: '', why: `cannot be judged: ${e.message}` }];
    }
    return { id, ok: problems.length === 0, problems };
  };
}

async function main(flags) {
  if (!flags.length || flags.some((f) => f !== '--rules' && f !== '--fhir')) {
    process.stderr.write('usage: node judge.mjs --rules [--fhir] < lines.ndjson\n');
    process.exitCode = 2;
    return;
  }
  let fhir = null;
  if (flags.includes('--fhir')) {
    try {
      fhir = await fhirValidator();
    } catch (e) {
      process.stderr.write(`the package fhir cannot be loaded (npm ci): ${e.message}\n`);
      process.exitCode = 2;
      return;
    }
  }
  const read = session(fhir);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const put = (s) => {
    let bytes = Buffer.from(s);
    while (bytes.length) {
      try {
        bytes = bytes.subarray(writeSync(1, bytes));
      } catch (e) {
        if (e.code === 'EPIPE') process.exit(0);
        if (e.code !== 'EAGAIN') throw e;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
      }
    }
  };
  const one = (bytes) => {
    let text;
    let out;
    try {
      text = decoder.decode(bytes);
    } catch {
      out = { id: null, ok: false, problems: [{ rule: 'J', at: '', why: 'no UTF-8' }] };
    }
    if (text !== undefined && text.trim() === '') return;
    if (text !== undefined) out = read(text);
    if (out) put(`${JSON.stringify(out)}\n`);
  };
  let parts = [];
  for await (const chunk of process.stdin) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const piece = chunk.subarray(from, end);
      one(parts.length ? Buffer.concat([...parts, piece]) : piece);
      parts = [];
      from = end + 1;
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
  }
  if (parts.length) one(Buffer.concat(parts));
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
