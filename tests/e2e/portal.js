// The page around the widget in tests: notes down what the element tells, by whatever name, and gives it the invitation.
window.svarEvents = [];
window.svarMessages = [];
window.svarKeys = [];
const dispatch = EventTarget.prototype.dispatchEvent;
EventTarget.prototype.dispatchEvent = function (event) {
  if (event instanceof CustomEvent) window.svarEvents.push([event.type, event.detail]);
  return dispatch.call(this, event);
};
for (const name of ["keydown", "keypress", "keyup"]) addEventListener(name, ({ key }) => window.svarKeys.push(`${name} ${key}`));
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
