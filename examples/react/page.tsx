import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { Questionnaire } from "../shared/Questionnaire";
import "./page.css";

function EmployeePortal() {
  const { portal } = window;
  const [status, setStatus] = useState("Skjemaet hentes.");
  return (
    <>
      <header className="top">
        <p className="top-name">Ansattsidene</p>
        <nav className="top-nav" aria-label="Hovedmeny">
          <a href="#arbeidstid">Arbeidstid</a>
          <a href="#lonn">Lønn</a>
          <a href="#helse" aria-current="page">Helse og miljø</a>
        </nav>
      </header>
      <div className="columns">
        <nav className="side" aria-label="Helse og miljø">
          <a href="#verneombud">Verneombud</a>
          <a href="#undersokelser" aria-current="page">Undersøkelser</a>
          <a href="#sykefravaer">Sykefravær</a>
        </nav>
        <main>
          <h1>Undersøkelsen om helse og arbeid</h1>
          <p>Det er frivillig å svare. Svarene går rett til forskerne, og arbeidsgiveren din får ikke se dem.</p>
          <p className="status" role="status">{portal ? status : "Logg inn for å svare."}</p>
          {portal && <Questionnaire portal={portal} onStatus={setStatus} />}
        </main>
      </div>
    </>
  );
}

const root = document.getElementById("root");
if (root) createRoot(root).render(<StrictMode><EmployeePortal /></StrictMode>);
