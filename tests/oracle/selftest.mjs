// Small cases that judge.mjs must accept or refuse, rule by rule.
//   node selftest.mjs

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { compareNumbers, compile, fhirValidator, judge, parseJson, session } from './judge.mjs';

const SD = 'http://hl7.org/fhir/StructureDefinition/';
const S = 'https://svar.example/fhir/CodeSystem/try';
const HIDDEN = { url: `${SD}questionnaire-hidden`, valueBoolean: true };
const control = (code) => ({
  url: `${SD}questionnaire-itemControl`,
  valueCodeableConcept: { coding: [{ system: 'http://hl7.org/fhir/questionnaire-item-control', code }] },
});
const EXCLUSIVE = { url: `${SD}questionnaire-optionExclusive`, valueBoolean: true };
const option = (code, ...extension) => ({ ...(extension.length && { extension }), valueCoding: { system: S, code, display: code } });

// Questionnaire items.
const q = (linkId, type, more = {}) => ({ linkId, type, text: linkId, ...more });
const group = (linkId, item, more = {}) => q(linkId, 'group', { ...more, item });
const when = (question, operator, answer) => ({ question, operator, ...answer });
const hidden = { extension: [HIDDEN] };
const tick = { extension: [control('check-box')] };
const abc = { answerOption: [option('a'), option('b'), option('c', EXCLUSIVE)] };
const questionnaire = (item, more = {}) => ({
  resourceType: 'Questionnaire', url: 'https://svar.example/fhir/Questionnaire/try', version: '1', status: 'active', language: 'en', ...more, item,
});

// Response items.
const r = (linkId, ...answer) => ({ linkId, ...(answer.length && { answer }) });
const g = (linkId, ...item) => ({ linkId, item });
const B = (valueBoolean) => ({ valueBoolean });
const I = (valueInteger) => ({ valueInteger });
const D = (valueDecimal) => ({ valueDecimal });
const T = (valueString) => ({ valueString });
const C = (code, system = S) => ({ valueCoding: { system, code } });
const response = (item, more = {}) => ({
  resourceType: 'QuestionnaireResponse',
  identifier: { system: 'urn:ietf:rfc:3986', value: 'urn:uuid:0b0f6a3e-3c1d-4a63-9a2f-0d9a5f1c7e21' },
  questionnaire: 'https://svar.example/fhir/Questionnaire/try|1',
  status: 'completed',
  subject: { identifier: { system: 'https://svar.example/fhir/pseudonym', value: 'p-1' } },
  authored: '2025-03-01T12:00:00+01:00',
  ...(item.length && { item }),
  ...more,
});
const without = (key) => { const x = response([r('x', I(1))]); delete x[key]; return x; };
const withHead = (more) => response([r('x', I(1))], more);

let passed = 0;
let failed = 0;
const tell = (good, name, found) => {
  if (good) passed++;
  else { failed++; console.log(`FAILED ${name}: ${found}`); }
};
// `expected`: 'ok', or the rules that must be named, and no others.
const verdict = (name, form, answerSet, expected) => {
  const problems = judge(compile(parseJson(JSON.stringify(form))), typeof answerSet === 'string' ? parseJson(answerSet) : parseJson(JSON.stringify(answerSet)));
  const found = [...new Set(problems.map((p) => p.rule))].sort().join(' ') || 'ok';
  tell(found === expected, name, `${found} instead of ${expected} ${JSON.stringify(problems)}`);
};

// --- the head of the resource -------------------------------------------------------------------
const one = questionnaire([q('x', 'integer')]);
for (const [name, answerSet, expected] of [
  ['plain', withHead({}), 'ok'],
  ['authored in UTC with fraction', withHead({ authored: '2024-02-29T23:59:59.123Z' }), 'ok'],
  ['no identifier', without('identifier'), 'R0'],
  ['identifier as list', withHead({ identifier: [{ system: 'urn:ietf:rfc:3986', value: 'urn:uuid:0b0f6a3e-3c1d-4a63-9a2f-0d9a5f1c7e21' }] }), 'R0'],
  ['identifier without urn', withHead({ identifier: { system: 'urn:ietf:rfc:3986', value: '0b0f6a3e-3c1d-4a63-9a2f-0d9a5f1c7e21' } }), 'R0'],
  ['identifier of another system', withHead({ identifier: { system: 'urn:x', value: 'urn:uuid:0b0f6a3e-3c1d-4a63-9a2f-0d9a5f1c7e21' } }), 'R0'],
  ['identifier cut short', withHead({ identifier: { system: 'urn:ietf:rfc:3986', value: 'urn:uuid:0b0f6a3e-3c1d-4a63-9a2f-0d9a5f1c7e2' } }), 'R0'],
  ['an id of its own', withHead({ id: '0b0f6a3e-3c1d-4a63-9a2f-0d9a5f1c7e21' }), 'ok'],
  ['another id than the identifier', withHead({ id: '0b0f6a3e-3c1d-4a63-9a2f-0d9a5f1c7e22' }), 'R0'],
  ['an id that is null', withHead({ id: null }), 'R0'],
  ['no status', without('status'), 'R0'],
  ['in progress', withHead({ status: 'in-progress' }), 'R0'],
  ['no questionnaire', without('questionnaire'), 'R0'],
  ['questionnaire without version', withHead({ questionnaire: 'https://svar.example/fhir/Questionnaire/try' }), 'R0'],
  ['another version', withHead({ questionnaire: 'https://svar.example/fhir/Questionnaire/try|2' }), 'R0'],
  ['no authored', without('authored'), 'R0'],
  ['authored without zone', withHead({ authored: '2025-03-01T12:00:00' }), 'R0'],
  ['authored without seconds', withHead({ authored: '2025-03-01T12:00Z' }), 'R0'],
  ['authored as date', withHead({ authored: '2025-03-01' }), 'R0'],
  ['30 February', withHead({ authored: '2025-02-30T12:00:00Z' }), 'R0'],
  ['29 February of no leap year', withHead({ authored: '2025-02-29T12:00:00Z' }), 'R0'],
  ['hour 24', withHead({ authored: '2025-03-01T24:00:00Z' }), 'R0'],
  ['no subject', without('subject'), 'R0'],
  ['subject by reference', withHead({ subject: { reference: 'Patient/1' } }), 'R0'],
  ['pseudonym of another system', withHead({ subject: { identifier: { system: 'urn:x', value: 'p-1' } } }), 'R0'],
  ['blank pseudonym', withHead({ subject: { identifier: { system: 'https://svar.example/fhir/pseudonym', value: ' ' } } }), 'R0'],
  ['pseudonym and a name', withHead({ subject: { display: 'Kari', identifier: { system: 'https://svar.example/fhir/pseudonym', value: 'p-1' } } }), 'R0'],
  ['language', withHead({ language: 'en' }), 'R0'],
  ['extension at the top', withHead({ extension: [{ url: 'urn:x', valueBoolean: true }] }), 'R0'],
  ['another resource', { ...withHead({}), resourceType: 'Bundle' }, 'R0'],
  ['no resource', null, 'R0'],
]) verdict(name, one, answerSet, expected);

// --- types and shape ----------------------------------------------------------------------------
const types = questionnaire([
  q('b', 'boolean'), q('i', 'integer'), q('d', 'decimal'), q('s', 'string'), q('t', 'text'), q('c', 'choice', abc),
]);
const typed = (more) => response(['b', 'i', 'd', 's', 't', 'c'].map((id) => more[id] ?? r(id)));
for (const [name, more, expected] of [
  ['nothing answered', {}, 'ok'],
  ['everything answered', { b: r('b', B(false)), i: r('i', I(0)), d: r('d', D(-1.5)), s: r('s', T('å')), t: r('t', T('a\nb')), c: r('c', C('a')) }, 'ok'],
  ['boolean as text', { b: r('b', B('true')) }, 'RT'],
  ['boolean as integer', { b: r('b', I(1)) }, 'RT'],
  ['integer with a fraction', { i: r('i', I(1.5)) }, 'RT'],
  ['integer as text', { i: r('i', I('1')) }, 'RT'],
  ['integer as decimal', { i: r('i', D(1)) }, 'RT'],
  ['integer null', { i: r('i', I(null)) }, 'RT'],
  ['largest integer', { i: r('i', I(2147483647)) }, 'ok'],
  ['integer of more than 32 bits', { i: r('i', I(2147483648)) }, 'RT'],
  ['decimal as integer', { d: r('d', I(1)) }, 'RT'],
  ['whole decimal', { d: r('d', D(2)) }, 'ok'],
  ['decimal of 18 digits', { d: r('d', D(0.12345678901234567)) }, 'ok'],
  ['decimal with an exponent', { d: r('d', D(1e30)) }, 'RT'],
  ['decimal of more digits', { d: r('d', D(9007199254740991000)) }, 'RT'],
  ['decimal as text', { d: r('d', D('1')) }, 'RT'],
  ['string as coding', { s: r('s', C('a')) }, 'RT'],
  ['string as number', { s: r('s', T(5)) }, 'RT'],
  ['line break in a string', { s: r('s', T('a\nb')) }, 'RT'],
  ['control character', { t: r('t', T('a\u0007')) }, 'RT'],
  ['half a character', { t: r('t', T('a\ud83d')) }, 'RT'],
  ['choice as text', { c: r('c', T('a')) }, 'RT'],
  ['choice as bare code', { c: r('c', { valueCoding: 'a' }) }, 'RT'],
  ['coding without code', { c: r('c', { valueCoding: { system: S } }) }, 'RT'],
  ['two values in one answer', { i: r('i', { valueInteger: 1, valueDecimal: 1 }) }, 'RT'],
  ['empty answer', { i: r('i', {}) }, 'RT'],
  ['answer with extension', { i: r('i', { ...I(1), extension: [] }) }, 'RT'],
  ['answer with items', { i: r('i', { ...I(1), item: [r('s')] }) }, 'RT'],
  ['empty answer list', { i: { linkId: 'i', answer: [] } }, 'RT'],
  ['answer null', { i: { linkId: 'i', answer: null } }, 'RT'],
  ['answer no list', { i: { linkId: 'i', answer: I(1) } }, 'RT'],
  ['item with text', { i: { linkId: 'i', text: 'i' } }, 'R4'],
  ['item with definition', { i: { linkId: 'i', definition: 'urn:x' } }, 'RT'],
  ['items under a question', { i: { linkId: 'i', item: [r('s')] } }, 'RT'],
]) verdict(name, types, typed(more), expected);
for (const [number, expected] of [['5', 'ok'], ['5.0', 'RT'], ['5e0', 'RT'], ['-0', 'RT'], ['1e999999999', 'RT']]) {
  verdict(`integer written ${number}`, one, JSON.stringify(withHead({})).replace('"valueInteger":1', `"valueInteger":${number}`), expected);
}
verdict('empty item list', questionnaire([q('d', 'display')]), response([], { item: [] }), 'RT');
verdict('no item at all', questionnaire([q('d', 'display')]), response([]), 'ok');
verdict('item no list', one, response([], { item: r('x') }), 'R4 RT');
verdict('answer on a group', questionnaire([group('p', [q('x', 'integer')])]), response([{ ...g('p', r('x')), answer: [I(1)] }]), 'RT');

// --- rule 1 -------------------------------------------------------------------------------------
const on = (id) => [when(id, '=', { answerBoolean: true })];
const chain = questionnaire([
  q('a', 'boolean'), q('b', 'boolean', { enableWhen: on('a') }), q('c', 'boolean', { enableWhen: on('b') }),
  group('p', [q('x', 'integer'), group('pp', [q('y', 'integer')])], { enableWhen: on('c') }),
]);
const Y = (id) => r(id, B(true));
for (const [name, items, expected] of [
  ['chain off', [r('a')], 'ok'],
  ['chain on', [Y('a'), Y('b'), Y('c'), g('p', r('x'), g('pp', r('y', I(3))))], 'ok'],
  ['disabled item with answer', [r('a'), Y('b')], 'R1'],
  ['disabled item without answer', [r('a'), r('b')], 'R1'],
  ['disabled answer enables nothing', [r('a'), Y('b'), r('c')], 'R1'],
  ['disabled group', [Y('a'), r('b'), g('p', r('x'), g('pp', r('y')))], 'R1'],
  ['enabled item missing', [Y('a')], 'R4'],
  ['enabled group missing', [Y('a'), Y('b'), Y('c')], 'R4'],
  ['enabled inner group missing', [Y('a'), Y('b'), Y('c'), g('p', r('x'))], 'R4'],
]) verdict(name, chain, response(items), expected);
const inGroup = questionnaire([
  q('a', 'boolean'), group('p', [q('x', 'boolean')], { enableWhen: on('a') }), q('z', 'integer', { enableWhen: on('x') }),
]);
verdict('answer below a disabled group counts as absent', inGroup, response([r('a'), g('p', Y('x')), r('z')]), 'R1');
verdict('answer below an enabled group counts', inGroup, response([Y('a'), g('p', Y('x')), r('z')]), 'ok');
const back = questionnaire([q('z', 'integer', { enableWhen: on('x') }), q('x', 'boolean')]);
verdict('condition on a later question, on', back, response([r('z'), Y('x')]), 'ok');
verdict('condition on a later question, off', back, response([r('z'), r('x')]), 'R1');
const ring = questionnaire([q('a', 'boolean', { enableWhen: on('b') }), q('b', 'boolean', { enableWhen: on('a') })]);
verdict('ring, both off', ring, response([]), 'ok');
verdict('ring, half', ring, response([Y('a')]), 'R1 R4');
const paradox = questionnaire([
  q('a', 'boolean', { enableWhen: [when('b', 'exists', { answerBoolean: false })] }), q('b', 'boolean', { enableWhen: [when('a', 'exists', { answerBoolean: true })] }),
]);
verdict('ring that contradicts itself', paradox, response([Y('a'), Y('b')]), 'R1');
const own = questionnaire([group('p', [q('x', 'boolean')], { enableWhen: on('x') })]);
verdict('group that hangs on its own question', own, response([]), 'ok');
verdict('group that hangs on its own question, unanswered', own, response([g('p', r('x'))]), 'R1');

// --- rules 2 and 3 ------------------------------------------------------------------------------
// One question `x`, and `z` that stands if the condition holds.
const condition = (name, type, more, conditions, answers, holds, behaviour) => {
  const form = questionnaire([
    q('x', type, more), q('z', 'integer', { enableWhen: conditions.map(([o, a]) => when('x', o, a)), ...(behaviour && { enableBehavior: behaviour }) }),
  ]);
  verdict(`${name}: ${holds ? 'on' : 'off'}`, form, response([r('x', ...answers), ...(holds ? [r('z')] : [])]), 'ok');
  verdict(`${name}: not ${holds ? 'off' : 'on'}`, form, response([r('x', ...answers), ...(holds ? [] : [r('z')])]), holds ? 'R4' : 'R1');
};
const several = { ...abc, repeats: true };
const AC = (code, system) => ({ answerCoding: { ...(system && { system }), code } });
for (const row of [
  ['exists', 'integer', {}, [['exists', { answerBoolean: true }]], [I(0)], true],
  ['exists, unanswered', 'integer', {}, [['exists', { answerBoolean: true }]], [], false],
  ['exists false', 'boolean', {}, [['exists', { answerBoolean: false }]], [B(false)], false],
  ['exists false, unanswered', 'boolean', {}, [['exists', { answerBoolean: false }]], [], true],
  ['= boolean', 'boolean', {}, [['=', { answerBoolean: false }]], [B(false)], true],
  ['= boolean, unanswered', 'boolean', {}, [['=', { answerBoolean: false }]], [], false],
  ['!= unanswered', 'boolean', {}, [['!=', { answerBoolean: true }]], [], true],
  ['!= other', 'boolean', {}, [['!=', { answerBoolean: true }]], [B(false)], true],
  ['!= same', 'boolean', {}, [['!=', { answerBoolean: true }]], [B(true)], false],
  ['= some of several', 'choice', several, [['=', AC('b', S)]], [C('a'), C('b')], true],
  ['!= some of several', 'choice', several, [['!=', AC('b', S)]], [C('a'), C('b')], false],
  ['!= none of several', 'choice', several, [['!=', AC('c', S)]], [C('a'), C('b')], true],
  ['coding without system', 'choice', abc, [['=', AC('a')]], [C('a')], true],
  ['coding of another system', 'choice', abc, [['=', AC('a', 'urn:x')]], [C('a')], false],
  ['coding as text', 'choice', abc, [['=', { answerString: 'a' }]], [C('a')], false],
  ['text exactly', 'string', {}, [['=', { answerString: 'Ja' }]], [T('ja')], false],
  ['text with a space', 'string', {}, [['=', { answerString: 'ja' }]], [T('ja ')], false],
  ['text equal', 'text', {}, [['=', { answerString: 'ja' }]], [T('ja')], true],
  ['integer equal to decimal', 'integer', {}, [['=', { answerDecimal: 2 }]], [I(2)], true],
  ['> at the edge', 'integer', {}, [['>', { answerInteger: 2 }]], [I(2)], false],
  ['>= at the edge', 'integer', {}, [['>=', { answerInteger: 2 }]], [I(2)], true],
  ['< at the edge', 'decimal', {}, [['<', { answerDecimal: 0.5 }]], [D(0.5)], false],
  ['<= at the edge', 'decimal', {}, [['<=', { answerDecimal: 0.5 }]], [D(0.5)], true],
  ['< unanswered', 'integer', {}, [['<', { answerInteger: 2 }]], [], false],
  ['>= unanswered', 'integer', {}, [['>=', { answerInteger: -2 }]], [], false],
  ['< on text', 'string', {}, [['<', { answerInteger: 2 }]], [T('1')], false],
  ['all', 'integer', {}, [['>', { answerInteger: 1 }], ['<', { answerInteger: 3 }]], [I(5)], false, 'all'],
  ['any', 'integer', {}, [['<', { answerInteger: 1 }], ['>', { answerInteger: 3 }]], [I(5)], true, 'any'],
  ['no behaviour is any', 'integer', {}, [['>', { answerInteger: 1 }], ['<', { answerInteger: 3 }]], [I(5)], true],
]) condition(...row);

// --- rule 4 -------------------------------------------------------------------------------------
const mixed = questionnaire([
  group('p', [q('info', 'display'), q('x', 'integer', { item: [q('help', 'display', { extension: [control('help')] })] })]),
  group('h', [q('hx', 'string'), q('hy', 'string')], hidden),
  group('v', [q('vx', 'string', hidden)]),
  group('empty', [q('words', 'display')]),
]);
const P = g('p', r('x'));
for (const [name, items, expected] of [
  ['hidden left out', [P], 'ok'],
  ['hidden with answer', [P, g('h', r('hy', T('wave-1')))], 'ok'],
  ['visible group with a hidden answer', [P, g('v', r('vx', T('a')))], 'ok'],
  ['hidden question without answer', [P, g('h', r('hx'), r('hy', T('a')))], 'R4'],
  ['hidden group with nothing', [P, { linkId: 'h' }], 'R4'],
  ['visible group of hidden questions only', [P, { linkId: 'v' }], 'R4'],
  ['group of display items only', [P, { linkId: 'empty' }], 'R4'],
  ['display item', [g('p', r('info'), r('x'))], 'R4'],
  ['help below a question', [g('p', { linkId: 'x', item: [r('help')] })], 'RT'],
  ['visible question missing', [{ linkId: 'p' }], 'R4'],
  ['visible group missing', [], 'R4'],
  ['group text', [{ ...P, text: 'p' }], 'R4'],
]) verdict(name, mixed, response(items), expected);
const inner = questionnaire([q('a', 'boolean'), group('p', [q('x', 'integer', { enableWhen: on('a') })])]);
verdict('group with every question disabled', inner, response([r('a')]), 'ok');
verdict('group with every question disabled, standing', inner, response([r('a'), { linkId: 'p' }]), 'R4');
verdict('hidden answers count in conditions', questionnaire([q('h', 'boolean', hidden), q('z', 'integer', { enableWhen: on('h') })]), response([Y('h'), r('z')]), 'ok');

// --- rule 5 -------------------------------------------------------------------------------------
const box = questionnaire([q('a', 'boolean'), q('k', 'boolean', { ...tick, enableWhen: on('a') })]);
verdict('unticked', box, response([Y('a'), r('k', B(false))]), 'ok');
verdict('ticked', box, response([Y('a'), r('k', B(true))]), 'ok');
verdict('tick box without answer', box, response([Y('a'), r('k')]), 'R5');
verdict('tick box missing', box, response([Y('a')]), 'R4');
verdict('tick box disabled', box, response([r('a'), r('k', B(false))]), 'R1');
verdict('tick box hidden', questionnaire([q('k', 'boolean', { extension: [control('check-box'), HIDDEN] })]), response([]), 'ok');

// --- rule 6 -------------------------------------------------------------------------------------
const pick = questionnaire([q('x', 'choice', abc)]);
const picks = questionnaire([q('x', 'choice', several)]);
const listed = questionnaire([q('x', 'choice', { answerValueSet: '#vs' })], {
  contained: [{ resourceType: 'ValueSet', id: 'vs', status: 'active', compose: { include: [{ system: S, concept: [{ code: 'a' }] }, { system: 'urn:two', concept: [{ code: 'b' }] }] } }],
});
for (const [name, form, answers, expected] of [
  ['option', pick, [C('b')], 'ok'],
  ['undeclared code', pick, [C('d')], 'R6'],
  ['code in another case', pick, [C('A')], 'R6'],
  ['undeclared system', pick, [C('a', 'urn:x')], 'R6'],
  ['system left out', pick, [{ valueCoding: { code: 'a' } }], 'R6'],
  ['display', pick, [{ valueCoding: { system: S, code: 'a', display: 'a' } }], 'R6'],
  ['version', pick, [{ valueCoding: { system: S, code: 'a', version: '1' } }], 'R6'],
  ['two answers without repeats', pick, [C('a'), C('b')], 'R6'],
  ['two answers', picks, [C('b'), C('a')], 'ok'],
  ['an option twice', picks, [C('a'), C('a')], 'R6'],
  ['exclusive alone', picks, [C('c')], 'ok'],
  ['exclusive in company', picks, [C('a'), C('c')], 'R6'],
  ['from a value set', listed, [C('a')], 'ok'],
  ['from the second include', listed, [C('b', 'urn:two')], 'ok'],
  ['code and system of different includes', listed, [C('b')], 'R6'],
  ['option without system', questionnaire([q('x', 'choice', { answerOption: [{ valueCoding: { code: 'a' } }] })]), [{ valueCoding: { code: 'a' } }], 'ok'],
  ['system where the option has none', questionnaire([q('x', 'choice', { answerOption: [{ valueCoding: { code: 'a' } }] })]), [C('a')], 'R6'],
  ['two integers', one, [I(1), I(2)], 'R6'],
]) verdict(name, form, response([r('x', ...answers)]), expected);

// A ranking: at most two, and `b` only while `p` is asked. What is chosen decides about `y`.
const svar = (name, more) => ({ url: `https://svar.example/fhir/StructureDefinition/${name}`, ...more });
const waits = (code, linkId) => option(code, svar('option-present', { valueString: linkId }));
const ranking = (most, options, more = {}) => q('x', 'choice', { repeats: true, extension: [svar('ranked', { valueInteger: most })], answerOption: options, ...more });
const ranks = questionnaire([
  q('a', 'boolean'), q('p', 'integer', { enableWhen: on('a') }),
  ranking(2, [option('a'), waits('b', 'p'), option('c')]),
  q('y', 'integer', { enableWhen: [when('x', '=', { answerCoding: { system: S, code: 'b' } })] }),
]);
for (const [name, answerSet, expected] of [
  ['ranked', response([Y('a'), r('p'), r('x', C('c'), C('b')), r('y')]), 'ok'],
  ['ranked the other way', response([Y('a'), r('p'), r('x', C('b'), C('c')), r('y')]), 'ok'],
  ['nothing ranked', response([r('a'), r('x')]), 'ok'],
  ['more than can be ranked', response([Y('a'), r('p'), r('x', C('a'), C('b'), C('c')), r('y')]), 'R6'],
  ['ranked twice', response([r('a'), r('x', C('a'), C('a'))]), 'R6'],
  ['ranked, but not offered', response([r('a'), r('x', C('b')), r('y')]), 'R6'],
]) verdict(name, ranks, answerSet, expected);
for (const [name, item] of [
  ['ranked without repeats', ranking(1, [option('a')], { repeats: false })],
  ['at most none', ranking(0, [option('a')])],
  ['waits for nothing there is', ranking(1, [waits('a', 'nowhere')])],
  ['waits without a ranking', q('x', 'choice', { repeats: true, answerOption: [waits('a', 'x')] })],
]) verdict(name, questionnaire([item]), response([r('x')]), 'Q');

// --- rule 7 -------------------------------------------------------------------------------------
const bounds = (kind, low, high) => ({ extension: [{ url: `${SD}minValue`, [kind]: low }, { url: `${SD}maxValue`, [kind]: high }] });
const scale = questionnaire([q('x', 'integer', bounds('valueInteger', 0, 10))]);
const fine = questionnaire([q('x', 'decimal', bounds('valueDecimal', 0.1, 9.5))]);
const short = questionnaire([q('x', 'text', { maxLength: 3 })]);
for (const [name, form, answer, expected] of [
  ['lower bound', scale, I(0), 'ok'], ['upper bound', scale, I(10), 'ok'],
  ['below', scale, I(-1), 'R7'], ['above', scale, I(11), 'R7'],
  ['decimal at the bound', fine, D(0.1), 'ok'], ['decimal below', fine, D(0.09), 'R7'], ['decimal above', fine, D(9.51), 'R7'],
  ['empty text', short, T(''), 'R7'], ['blank text', short, T(' \t\n'), 'R7'], ['no-break space', short, T('\u00a0'), 'R7'],
  ['longest text', short, T('abc'), 'ok'], ['text too long', short, T('abcd'), 'R7'],
  ['characters outside the plane count once', short, T('😀😀😀'), 'ok'], ['one too many of them', short, T('😀😀😀😀'), 'R7'],
  ['text with edges', short, T(' a '), 'ok'],
]) verdict(name, form, response([r('x', answer)]), expected);

// Numbers of test populations, computed for this file; or dates that no calendar has.
const FORMAT = 'https://svar.example/fhir/StructureDefinition/format';
const formatted = (valueCode, type = 'string') => questionnaire([q('x', type, { maxLength: 60, extension: [{ url: FORMAT, valueCode }] })]);
for (const [format, good, wrong] of [
  ['email', ['a@b.no', 'æ.ø+å@post.svar.example', 'a@b..no'], ['a', 'a@b', '@b.no', 'a@.no', 'a@b.', 'a@b..', 'a@b@c.no', 'a b@c.no', ' a@b.no', 'a@b.no\u00a0']],
  ['phone', ['00000000', '+000000', '+000000000000000'], ['0000000', '000000000', '+00000', '+0000000000000000', '00 00 00 00', '000-00000', '٠٠٠٠٠٠٠٠']],
  ['national-identity-number',
    ['15819010029', '41819010186', '15419010046', '55419010110', '15669010092', '31779010026', '30919010033', '29829210078', '29820010092'],
    ['15819010028', '15819010039', '1581901002', '158190100290', '158190 10029', '29829110057', '31919010072', '01939010110', '01809010011', '01539010057', '00819010072', '32819010063', '40819010066', '71829010008', '72819010057', '00000000000', 'nei']],
]) {
  for (const v of good) verdict(`${format}: ${v}`, formatted(format), response([r('x', T(v))]), 'ok');
  for (const v of wrong) verdict(`no ${format}: ${v}`, formatted(format), response([r('x', T(v))]), 'R7');
  verdict(`${format}: unanswered`, formatted(format), response([r('x')]), 'ok');
  verdict(`${format} of several lines`, formatted(format, 'text'), response([r('x')]), 'Q');
}
verdict('unknown format', formatted('iban'), response([r('x')]), 'Q');
verdict('decimal beyond a double', fine, JSON.stringify(response([r('x', D(1))])).replace('"valueDecimal":1', '"valueDecimal":9.50000000000000001'), 'R7');

// --- rule 8 -------------------------------------------------------------------------------------
const must = questionnaire([q('a', 'boolean', { required: true }), q('b', 'integer', { required: true, enableWhen: on('a') }), q('h', 'integer', { required: true, ...hidden })]);
verdict('required, answered', must, response([r('a', B(false))]), 'ok');
verdict('required, unanswered', must, response([r('a')]), 'R8');
verdict('required below a condition', must, response([Y('a'), r('b')]), 'R8');
verdict('required and answered below a condition', must, response([Y('a'), r('b', I(1))]), 'ok');
verdict('required in a hidden group', questionnaire([group('p', [q('x', 'integer', { required: true })], hidden)]), response([]), 'ok');

// --- rule 9 -------------------------------------------------------------------------------------
const two = questionnaire([group('p', [q('x', 'integer'), q('y', 'integer')]), group('o', [q('z', 'integer')])]);
const O = g('o', r('z'));
for (const [name, items, expected] of [
  ['in order', [g('p', r('x'), r('y')), O], 'ok'],
  ['unknown linkId', [g('p', r('x'), r('y'), r('w')), O], 'R9'],
  ['linkId in another case', [g('p', r('X'), r('y')), O], 'R4 R9'],
  ['item twice', [g('p', r('x'), r('x'), r('y')), O], 'R9'],
  ['group twice', [g('p', r('x'), r('y')), O, O], 'R9'],
  ['items out of order', [g('p', r('y'), r('x')), O], 'R9'],
  ['groups out of order', [O, g('p', r('x'), r('y'))], 'R9'],
  ['outside its parent', [g('p', r('x'), r('y'), r('z')), O], 'R9'],
  ['in another parent', [g('p', r('x')), g('o', r('y'), r('z'))], 'R4 R9'],
  ['flat', [r('x'), r('y'), r('z')], 'R4 R9'],
  ['group within a group', [g('p', r('x'), r('y'), O)], 'R4 R9'],
  ['no linkId', [g('p', r('x'), r('y'), { answer: [I(1)] }), O], 'RT'],
  ['item no object', [g('p', r('x'), r('y'), 'z'), O], 'RT'],
]) verdict(name, two, response(items), expected);

// --- questionnaires that no response can belong to ------------------------------------------------
const refused = (name, form) => verdict(name, form, response([r('x')]), 'Q');
refused('type date', questionnaire([q('x', 'date')]));
refused('open-choice', questionnaire([q('x', 'open-choice')]));
refused('repeating group', questionnaire([group('p', [q('x', 'integer')], { repeats: true })]));
refused('question below a question', questionnaire([q('x', 'integer', { item: [q('y', 'integer')] })]));
refused('readOnly', questionnaire([q('x', 'integer', { readOnly: true })]));
refused('initial', questionnaire([q('x', 'integer', { initial: [I(1)] })]));
refused('modifierExtension', questionnaire([q('x', 'integer', { modifierExtension: [{ url: 'urn:x', valueBoolean: true }] })]));
refused('unknown control', questionnaire([q('x', 'integer', { extension: [control('spinner')] })]));
refused('linkId doubled', questionnaire([q('x', 'integer'), q('x', 'integer')]));
refused('value set not contained', questionnaire([q('x', 'choice', { answerValueSet: '#vs' })]));
refused('condition on nothing', questionnaire([q('x', 'integer', { enableWhen: on('y') })]));
refused('condition on itself', questionnaire([q('x', 'boolean', { enableWhen: on('x') })]));
refused('unknown operator', questionnaire([q('y', 'boolean'), q('x', 'integer', { enableWhen: [when('y', '~', { answerBoolean: true })] })]));
refused('module left', questionnaire([q('x', 'display', { extension: [{ url: 'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-subQuestionnaire', valueCanonical: 'urn:m|1' }] })]));
refused('no version', questionnaire([q('x', 'integer')], { version: undefined }));

// --- JSON and numbers -----------------------------------------------------------------------------
const throws = (name, text) => { let t = false; try { parseJson(text); } catch { t = true; } tell(t, name, 'accepted'); };
throws('doubled key', '{"a":1,"a":2}');
throws('leading zero', '{"a":01}');
throws('comma at the end', '[1,]');
throws('raw control character', '"a\nb"');
throws('text after the value', '{} x');
throws('unfinished', '{"a":');
for (const v of [null, [], {}, { a: [1, 'x\n"\\/😀', true, false, { b: null }] }, '\u2028']) {
  tell(JSON.stringify(parseJson(JSON.stringify(v, null, 1))) === JSON.stringify(v), `reads ${JSON.stringify(v)}`, 'something else');
}
tell(compareNumbers(parseJson('0.10'), parseJson('0.1')) === 0, '0.10 = 0.1', 'unequal');
tell(compareNumbers(parseJson('1e2'), 100) === 0, '1e2 = 100', 'unequal');
tell(compareNumbers(parseJson('9007199254740993'), parseJson('9007199254740992')) === 1, 'large numbers', 'unordered');

// --- the session ----------------------------------------------------------------------------------
const read = session(null);
tell(read(JSON.stringify({ questionnaire: one, as: 'q' })) === null, 'registration is silent', 'a line');
tell(read(JSON.stringify({ of: 'q', id: 7, response: withHead({}) })).ok === true, 'judged by name', 'not');
tell(read(JSON.stringify({ of: 'r', id: 7, response: withHead({}) })).problems[0].rule === 'J', 'unknown name', 'judged');
tell(read('{').problems[0].rule === 'J', 'broken line', 'judged');
const parsed = { of: 'q', id: 'deep', response: 0 };
tell(read(JSON.stringify(parsed).replace(':0}', `:${'['.repeat(200000)}`)).ok === false, 'bottomless line', 'accepted');
const long = questionnaire(Array.from({ length: 20000 }, (_, n) => q(`n${n}`, 'boolean', n < 19999 ? { enableWhen: on(`n${n + 1}`) } : {})));
tell(judge(compile(long), response([r('n19999')])).length === 0, 'chain of 20000 conditions', 'refused');

// The program itself: answers each line before the next one comes, also with a character cut in two.
const child = spawn(process.execPath, [new URL('judge.mjs', import.meta.url).pathname, '--rules'], { stdio: ['pipe', 'pipe', 'inherit'] });
const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
const next = async () => JSON.parse((await Promise.race([lines.next(), new Promise((_, no) => { setTimeout(() => no(new Error('no answer within 10 s')), 10000).unref(); })])).value);
const textForm = questionnaire([q('x', 'text', { maxLength: 1 })]);
child.stdin.write(`${JSON.stringify({ questionnaire: textForm, as: 'q' })}\n`);
const bytes = Buffer.from(`${JSON.stringify({ of: 'q', id: 'å', response: response([r('x', T('😀'))]) })}\n`);
const cut = bytes.indexOf(Buffer.from('😀')) + 2;
child.stdin.write(bytes.subarray(0, cut));
await new Promise((go) => { setTimeout(go, 100); });
child.stdin.write(bytes.subarray(cut));
const first = await next();
tell(first.id === 'å' && first.ok, 'line in two pieces', JSON.stringify(first));
child.stdin.write(Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xff]), Buffer.from('"}\n')]));
tell((await next()).problems[0].why === 'no UTF-8', 'broken UTF-8', 'read');
child.stdin.write('\n');
child.stdin.end(JSON.stringify({ of: 'q', id: 2, response: response([r('x', T('ab'))]) }));
const last = await next();
tell(last.id === 2 && last.problems.length === 1 && last.problems[0].rule === 'R7' && last.problems[0].at === 'x', 'last line without an end', JSON.stringify(last));
const code = await new Promise((go) => { child.on('close', go); });
tell(code === 0, 'exit code', code);

// --- FHIR -----------------------------------------------------------------------------------------
let fhir = null;
try { fhir = await fhirValidator(); } catch { console.log('package `fhir` not installed: its cases are left out (npm ci)'); }
if (fhir) {
  const R4 = (name, resource, good) => {
    const problems = fhir(resource);
    tell((problems.length === 0) === good, `fhir: ${name}`, JSON.stringify(problems));
  };
  const translated = (lang, content) => ({ extension: [{ url: `${SD}translation`, extension: [{ url: 'lang', valueCode: lang }, { url: 'content', valueString: content }] }] });
  const full = (more = {}, condition = { answerBoolean: false }) => ({
    ...listed, title: 'Try', _title: translated('nb', 'Prøve'),
    contained: [{ ...listed.contained[0], compose: { include: [{ system: S, concept: [{ code: 'a', display: 'a', _display: translated('nb', 'å') }] }] } }],
    item: [group('p', [
      { ...q('x', 'choice', { answerValueSet: '#vs' }), _text: translated('nb', 'x') },
      q('b', 'boolean', tick), q('i', 'integer', bounds('valueInteger', 0, 10)),
      q('z', 'integer', { enableWhen: [when('b', '=', condition)] }), q('d', 'display'), q('t', 'text', { maxLength: 3 }), q('e', 'decimal'), q('s', 'string'),
      { linkId: 'o', type: 'choice', text: 'o', answerOption: [{ valueCoding: { system: S, code: 'a', display: 'a', _display: translated('nn', 'å') } }], ...more },
    ])],
  });
  R4('response', typed({ b: r('b', B(false)), i: r('i', I(0)), d: r('d', D(0)), c: r('c', C('a')) }), true);
  R4('unknown property', withHead({ authoredOn: 'x' }), false);
  R4('unknown status', withHead({ status: 'done' }), false);
  R4('no status', without('status'), false);
  R4('nested unknown property', response([g('p', { linkId: 'x', answers: [] , q: 1 })]), false);
  R4('nested text for integer', response([g('p', r('x', I('1')))]), false);
  R4('linkId no string', response([r(5)]), false);
  R4('linkId false', response([r(false)]), false);
  R4('code in a value set no string', { ...listed, contained: [{ ...listed.contained[0], compose: { include: [{ system: S, concept: [{ code: 1 }] }] } }] }, false);
  R4('null', response([r('x', I(null))]), false);
  R4('authored no dateTime', withHead({ authored: 'yesterday' }), false);
  R4('language', withHead({ language: 'en' }), true);
  R4('questionnaire', full(), true);
  R4('condition with 0', full({}, { answerInteger: 0 }), true);
  R4('condition without answer', full({}, {}), false);
  R4('unknown item type', full({ type: 'slider' }), false);
  R4('unknown operator', full({ enableWhen: [when('b', '~', { answerBoolean: true })] }), false);
  R4('unknown property of an item', full({ colour: 'red' }), false);
  R4('extension on text with an error', full({ _text: { extension: [{ valueString: 'x' }] } }), false);
  R4('translation with a wrong value', full({ _text: { extension: [{ url: `${SD}translation`, extension: [{ url: 'lang', valueCode: 5 }] }] } }), false);
  R4('translation with an unknown value', full({ _text: { extension: [{ url: `${SD}translation`, valueWords: 'x' }] } }), false);
  R4('contained with an error', { ...full(), contained: [{ resourceType: 'ValueSet', id: 'vs', status: 'perhaps' }] }, false);
  R4('underscore beside nothing', full({ _colour: { id: 'x' } }), false);
}

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
