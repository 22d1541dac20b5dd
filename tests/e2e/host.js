// What the page around the widget does in tests: time passes quickly, and what happens is noted down. The patience with
// the store and with requests, and the delay of drafts, stay as they are, so that a busy machine changes nothing.
(() => {
  const KEPT = [500, 1000, 3000, 5000, 30000, 31000, 45000, 50000];
  const later = window.setTimeout;
  window.setTimeout = (call, ms, ...rest) => later.call(window, call, KEPT.includes(ms) ? ms : ms / 100, ...rest);

  // `begun`, `done`: writes to the store. `hold`: what shall never end; `held`: what does not. `said`: receipts as shown.
  const host = { begun: [], done: [], hold: "", held: "", said: [], errors: [] };
  window.svarHost = host;
  addEventListener("error", (event) => host.errors.push(String(event.message)));
  addEventListener("unhandledrejection", (event) => host.errors.push(String(event.reason)));

  new MutationObserver(() => {
    for (const { textContent: reference } of document.querySelectorAll(".svar-reference")) {
      if (!host.said.some((one) => one.reference === reference)) host.said.push({ at: Date.now(), reference });
    }
  }).observe(document, { childList: true, subtree: true, characterData: true });

  for (const name of ["put", "delete"]) {
    const real = window.IDBObjectStore?.prototype[name];
    if (!real) continue;
    IDBObjectStore.prototype[name] = function (...given) {
      const what = `${name} ${String(name === "put" ? given[1] : given[0]).split("/")[0]}`;
      const request = real.apply(this, given);
      host.begun.push(what);
      this.transaction.addEventListener("complete", () => host.done.push(what));
      if (host.hold === what) {
        host.held = what;
        const spin = () => (this.get("").onsuccess = spin);
        spin();
      }
      return request;
    };
  }

  const fetch = window.fetch;
  window.fetch = (request, ...rest) => {
    if (host.hold !== "send" || request.method !== "POST") return fetch.call(window, request, ...rest);
    host.held = "send";
    return new Promise(() => {});
  };
})();
