import { type ReactNode, useEffect } from "react";
import { createRoot } from "react-dom/client";
import { initAll } from "govuk-frontend";
import { counties, pains, pleased, words } from "../compare/words";
import "svar-questionnaire";
import "./page.css";

// GOV.UK publishes its components as markup for its style sheet and script, so here they are written out.

interface Asked {
  id: string;
  label: string;
  hint?: string;
  error?: string;
  /** Whether it is the heading of its page. */
  alone?: boolean;
}

const described = ({ id, hint, error }: Asked) => [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;

function Notes({ id, hint, error }: Asked) {
  return (
    <>
      {hint && <div id={`${id}-hint`} className="govuk-hint">{hint}</div>}
      {error && <p id={`${id}-error`} className="govuk-error-message"><span className="govuk-visually-hidden">Feil:</span> {error}</p>}
    </>
  );
}

function Group({ role, children, ...asked }: Asked & { role?: string; children: ReactNode }) {
  const legend = asked.alone ? "govuk-fieldset__legend--l" : "govuk-fieldset__legend--s";
  return (
    <div className={`govuk-form-group ${asked.error ? "govuk-form-group--error" : ""}`}>
      <fieldset className="govuk-fieldset" role={role} aria-describedby={described(asked)}>
        <legend className={`govuk-fieldset__legend ${legend}`}>
          {asked.alone ? <h1 className="govuk-fieldset__heading">{asked.label}</h1> : asked.label}
        </legend>
        <Notes {...asked} />
        {children}
      </fieldset>
    </div>
  );
}

function Field({ children, ...asked }: Asked & { children: ReactNode }) {
  return (
    <div className={`govuk-form-group ${asked.error ? "govuk-form-group--error" : ""}`}>
      <label className="govuk-label govuk-label--s" htmlFor={asked.id}>{asked.label}</label>
      <Notes {...asked} />
      {children}
    </div>
  );
}

function Options({ kind, chosen, texts, ...asked }: Asked & { kind: "radios" | "checkboxes"; chosen?: number; texts: string[] }) {
  return (
    <Group {...asked}>
      <div className={`govuk-${kind}`} data-module={`govuk-${kind}`}>
        {texts.map((text, place) => (
          <div key={text} className={`govuk-${kind}__item`}>
            <input className={`govuk-${kind}__input`} type={kind === "radios" ? "radio" : "checkbox"} id={`${asked.id}-${place}`} name={asked.id}
              value={place} defaultChecked={place === chosen} />
            <label className={`govuk-label govuk-${kind}__label`} htmlFor={`${asked.id}-${place}`}>{text}</label>
          </div>
        ))}
      </div>
    </Group>
  );
}

function Day({ id, wrong }: { id: string; wrong?: boolean }) {
  const parts = [["Dag", 2, "27"], ["Måned", 2, "3"], ["År", 4, wrong ? "20266" : "2026"]] as const;
  return (
    <Group id={id} role="group" label="Når begynte du der du arbeider nå?" hint="For eksempel 27 3 2026" error={wrong ? "Årstallet må ha fire sifre." : undefined}>
      <div className="govuk-date-input" id={id}>
        {parts.map(([name, width, value]) => (
          <div key={name} className="govuk-date-input__item">
            <div className="govuk-form-group">
              <label className="govuk-label govuk-date-input__label" htmlFor={`${id}-${name}`}>{name}</label>
              <input className={`govuk-input govuk-date-input__input govuk-input--width-${width} ${wrong && width === 4 ? "govuk-input--error" : ""}`}
                id={`${id}-${name}`} type="text" inputMode="numeric" defaultValue={value} />
            </div>
          </div>
        ))}
      </div>
    </Group>
  );
}

const counter = {
  "data-i18n.characters-under-limit.one": "%{count} tegn igjen",
  "data-i18n.characters-under-limit.other": "%{count} tegn igjen",
  "data-i18n.characters-over-limit.one": "%{count} tegn for mye",
  "data-i18n.characters-over-limit.other": "%{count} tegn for mye",
};

function Form() {
  return (
    <section id="form" className="govuk" aria-label="GOV.UK: et skjema">
      <div className="govuk-error-summary" data-module="govuk-error-summary" data-disable-auto-focus="true">
        <div role="alert">
          <h2 className="govuk-error-summary__title">Ett svar må rettes</h2>
          <div className="govuk-error-summary__body">
            <ul className="govuk-list govuk-error-summary__list"><li><a href="#g-hours">{words.wrong}</a></li></ul>
          </div>
        </div>
      </div>
      <h1 className="govuk-heading-l">{words.title}</h1>
      <Options id="g-pleased" kind="radios" label={words.pleased} hint={words.weeks} texts={pleased} chosen={1} />
      <Options id="g-pains" kind="checkboxes" label={words.pains} texts={pains} chosen={1} />
      <Field id="g-hours" label={words.hours} hint={words.example} error={words.wrong}>
        <input className="govuk-input govuk-input--width-5 govuk-input--error" id="g-hours" type="text" inputMode="decimal" defaultValue="370"
          aria-describedby="g-hours-hint g-hours-error" />
      </Field>
      <Field id="g-county" label={words.county}>
        <select className="govuk-select" id="g-county">{counties.map((name) => <option key={name}>{name}</option>)}</select>
      </Field>
      <div className="govuk-form-group govuk-character-count" data-module="govuk-character-count" data-maxlength="500" {...counter}>
        <label className="govuk-label govuk-label--s" htmlFor="g-more">{words.more}</label>
        <textarea className="govuk-textarea govuk-js-character-count" id="g-more" rows={4} aria-describedby="g-more-info" />
        <div id="g-more-info" className="govuk-hint govuk-character-count__message">Du kan skrive inntil 500 tegn</div>
      </div>
      <div className="govuk-button-group">
        <button type="button" className="govuk-button">Neste</button>
        <button type="button" className="govuk-button govuk-button--secondary">Tilbake</button>
        <a className="govuk-link" href="#g-more">Send</a>
      </div>
    </section>
  );
}

function Parts() {
  return (
    <section id="parts" className="govuk" aria-label="GOV.UK: flere deler">
      <div className="govuk-notification-banner" role="region" aria-labelledby="g-banner" data-module="govuk-notification-banner">
        <div className="govuk-notification-banner__header"><h2 className="govuk-notification-banner__title" id="g-banner">Viktig</h2></div>
        <div className="govuk-notification-banner__content">
          <p className="govuk-notification-banner__heading">Svarene du ga sist, er her igjen.</p>
        </div>
      </div>
      <Day id="g-day" />
      <Day id="g-wrong-day" wrong />
      <Options id="g-often" kind="radios" label="Hvor ofte tar du buss?" error="Velg hvor ofte." texts={["Hver dag", "Hver uke", "Sjeldnere"]} />
      <div className="govuk-inset-text">Det er frivillig å svare, og du kan hoppe over det du vil.</div>
      <details className="govuk-details" open>
        <summary className="govuk-details__summary"><span className="govuk-details__summary-text">Hva vi lagrer</span></summary>
        <div className="govuk-details__text">Ingenting. Svarene blir på denne siden, og ingen kan se dem.</div>
      </details>
    </section>
  );
}

function OneQuestion() {
  return (
    <section id="question" className="govuk" aria-label="GOV.UK: en side med ett spørsmål">
      <a className="govuk-back-link" href="#question">Tilbake</a>
      <Options id="g-alone" kind="radios" alone label="Hvor ofte tar du buss?" hint="Regn med reiser i fritiden." texts={["Hver dag", "Hver uke", "Sjeldnere"]} />
      <button type="button" className="govuk-button">Gå videre</button>
    </section>
  );
}

function Beside() {
  useEffect(() => {
    // Its script does nothing without.
    document.body.classList.add("js-enabled", "govuk-frontend-supported");
    initAll();
  }, []);
  return (
    <main className="columns">
      <Form />
      <section id="svar" aria-label="Svar"><svar-questionnaire study="/none.svar" wave="q1" lang="nb" /></section>
      <Parts />
      <OneQuestion />
    </main>
  );
}

const root = document.getElementById("root");
if (root) createRoot(root).render(<Beside />);
