import { useLayoutEffect, useRef } from "react";
import { allowStudies, type SvarQuestionnaire } from "svar-questionnaire";

interface Props {
  portal: Portal;
  /** Told in a sentence how the questionnaire fares. It announces that itself, so what shows this is no live region. */
  onStatus: (status: string) => void;
}

/** The questionnaire, with its invitation, and what it tells of itself. */
export function Questionnaire({ portal, onStatus }: Props) {
  const element = useRef<SvarQuestionnaire>(null);

  useLayoutEffect(() => {
    const questionnaire = element.current;
    if (!questionnaire) return;
    const listening = new AbortController();
    const { signal } = listening;
    questionnaire.addEventListener("svar-ready", () => onStatus("Skjemaet er klart."), { signal });
    questionnaire.addEventListener("svar-page", ({ detail }) => onStatus(`Du er på side ${detail.page} av ${detail.pages}.`), { signal });
    questionnaire.addEventListener("svar-submitted", ({ detail }) => onStatus(`Svarene er mottatt. Referanse: ${detail.reference}`), { signal });
    questionnaire.addEventListener("svar-error", ({ detail }) => {
      onStatus("Skjemaet kan ikke vises her. Les hvorfor i skjemaet under.");
      console.info("svar-error", detail.code);
    }, { signal });
    return () => listening.abort();
  }, [onStatus]);

  useLayoutEffect(() => {
    // Where the study lies is this portal's own word, not an attribute's.
    allowStudies(new URL(portal.study, location.href).origin);
    if (element.current) element.current.invitation = portal.invitation;
  }, [portal.study, portal.invitation]);

  return <svar-questionnaire ref={element} study={portal.study} wave={portal.wave} lang="nb" />;
}
