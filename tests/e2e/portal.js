// The page around the widget in tests: notes down what the element tells, and gives it the invitation.
window.svarEvents = [];
window.svarMessages = [];
for (const name of ["svar-ready", "svar-page", "svar-submitted", "svar-error"]) {
  addEventListener(name, ({ detail }) => window.svarEvents.push([name, detail]));
}
addEventListener("message", ({ data }) => window.svarMessages.push(data));
const onmessage = Object.getOwnPropertyDescriptor(MessagePort.prototype, "onmessage");
Object.defineProperty(MessagePort.prototype, "onmessage", {
  ...onmessage,
  set(hear) {
    onmessage.set.call(this, (event) => {
      window.svarMessages.push(event.data);
      hear(event);
    });
  },
});
addEventListener("DOMContentLoaded", () => {
  for (const element of document.querySelectorAll("svar-questionnaire, svar-frame")) element.invitation = TOKEN;
});
