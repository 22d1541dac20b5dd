import { allowStudies } from "__SVAR_SRC__";

const questionnaire = document.querySelector("svar-questionnaire");
const status = document.getElementById("status");

questionnaire.addEventListener("svar-submitted", ({ detail }) => {
  status.textContent = `Svarene er mottatt. Referanse: ${detail.reference}`;
});
questionnaire.addEventListener("svar-error", ({ detail }) => {
  status.textContent = "Skjemaet kan ikke vises her. Les hvorfor i skjemaet under.";
  console.info("svar-error", detail.code);
});

if (window.portal) {
  const { study, wave, invitation } = window.portal;
  // Where the study lies is this portal's own word, not an attribute's.
  allowStudies(new URL(study, location.href).origin);
  questionnaire.invitation = invitation;
  questionnaire.setAttribute("wave", wave);
  questionnaire.setAttribute("study", study);
} else {
  status.textContent = "Logg inn for å svare.";
}
