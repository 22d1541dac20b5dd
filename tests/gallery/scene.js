// What lies behind the elements of the gallery instead of a server: nothing that is answered here leaves the page.

const ENDPOINT = "/gallery/fhir";
const REFUSAL = "https://svar.example/fhir/CodeSystem/refusal";

const json = (status, body) => new Response(JSON.stringify(body), { status });
const outcome = (issue) => ({
  resourceType: "OperationOutcome",
  issue: [{ severity: "error", code: "invalid", ...issue }],
});
const named = (linkId) => `QuestionnaireResponse.item.where(linkId='${linkId}')`;

const NEVER = () => new Promise(() => {});
const RECEIVED = async (request) => {
  const uuid = JSON.parse(await request.text()).identifier.value.replace("urn:uuid:", "");
  return json(201, { id: uuid, meta: { lastUpdated: "2026-03-02T09:30:00Z" } });
};

/** Replies, by what they mean. */
export const REPLY = {
  never: NEVER,
  received: RECEIVED,
  busy: () => json(503, {}),
  notAdmitted: () => json(401, {}),
  gone: () => json(404, {}),
  unacceptable: () => json(422, {}),
  named: (...linkIds) => () => json(422, outcome({ expression: linkIds.map(named) })),
  refused: (code) => () => json(401, outcome({ details: { coding: [{ system: REFUSAL, code }] } })),
  standing: (state) => () => json(200, state),
  missing: () => new Response("", { status: 404 }),
  unreachable: () => Promise.reject(new TypeError("no connection")),
  bytes: (...bytes) => () => new Response(new Uint8Array(bytes)),
};

/** What replies now: to a submission, to the question about the invitation, and in place of the study's files. */
export const scene = { submission: RECEIVED, invitation: REPLY.missing, study: undefined };

const fetch = window.fetch;
window.fetch = (resource, options) => {
  const { pathname } = new URL(resource.url ?? resource, location.href);
  if (pathname === `${ENDPOINT}/invitation`) return Promise.resolve().then(scene.invitation);
  if (pathname.startsWith(ENDPOINT)) return Promise.resolve().then(() => scene.submission(resource));
  if (scene.study && pathname.endsWith("/study.svar")) return Promise.resolve().then(scene.study);
  return fetch.call(window, resource, options);
};

// How many writes to the device are complete.
let writes = 0;
const told = new EventTarget();
const put = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (...given) {
  const request = put.apply(this, given);
  if (String(given[1]).startsWith("draft")) {
    this.transaction.addEventListener("complete", () => {
      writes += 1;
      told.dispatchEvent(new Event("write"));
    });
  }
  return request;
};

/** Comes when a draft has been written to the device after this. */
export function written() {
  const before = writes;
  return new Promise((resolve) => told.addEventListener("write", () => writes > before && resolve(), { once: true }));
}

const coded = (value) => btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** An invitation that nobody has signed, to a workplace that nobody was at before. */
export function invitation(wave, more) {
  const unit = crypto.randomUUID();
  const claims = { iss: "gallery", jti: unit, study: "gallery", wave, unit, ...more };
  return `${coded({ alg: "none" })}.${coded(claims)}.c2lnbmF0dXJl`;
}
