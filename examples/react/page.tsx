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
        <p className="top-name">Min arbeidshelse</p>
        <nav className="top-nav" aria-label="Hovedmeny">
          <a href="#timer">Timer</a>
          <a href="#meldinger">Meldinger</a>
          <a href="#undersokelser" aria-current="page">Undersøkelser</a>
        </nav>
      </header>
      <div className="columns">
        <nav className="side" aria-label="Undersøkelser">
          <a href="#arbeid" aria-current="page">Helse og arbeid</a>
          <a href="#tidligere">Tidligere svar</a>
          <a href="#om">Om undersøkelsene</a>
        </nav>
        <main>
          <h1>Undersøkelsen om helse og arbeid</h1>
          <p>Det er frivillig å svare. Svarene sendes rett til forskerne.</p>
          <p id="status" className="status">{portal ? status : "Logg inn for å svare."}</p>
          {portal && <Questionnaire portal={portal} onStatus={setStatus} />}
        </main>
      </div>
    </>
  );
}

const root = document.getElementById("root");
if (root) createRoot(root).render(<StrictMode><EmployeePortal /></StrictMode>);
