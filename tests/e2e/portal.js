// The page around the widget in tests: notes down what the element tells, and gives it the invitation.
window.svarEvents = [];
for (const name of ["svar-ready", "svar-page", "svar-submitted", "svar-error"]) {
  addEventListener(name, ({ detail }) => window.svarEvents.push([name, detail]));
}
addEventListener("DOMContentLoaded", () => {
  for (const element of document.querySelectorAll("svar-questionnaire, svar-frame")) element.invitation = TOKEN;
});
