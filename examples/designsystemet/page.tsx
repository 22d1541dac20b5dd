import { useState } from "react";
import { createRoot } from "react-dom/client";
import { Alert, Breadcrumbs, Heading, Link, Paragraph, SkipLink } from "@digdir/designsystemet-react";
import { Questionnaire } from "../shared/Questionnaire";
import "@digdir/designsystemet-theme/index.css";
import "@digdir/designsystemet-css";
import "@fontsource/inter/latin-400.css";
import "@fontsource/inter/latin-500.css";
import "@fontsource/inter/latin-600.css";
import "./page.css";

function Municipality() {
  const { portal } = window;
  const [status, setStatus] = useState("Skjemaet hentes.");
  return (
    <>
      <SkipLink href="#innhold">Hopp til innholdet</SkipLink>
      <header className="header">
        <Paragraph className="name">Vågsbø kommune</Paragraph>
        <Link href="#min-side">Min side</Link>
      </header>
      <main id="innhold" className="main">
        <Breadcrumbs aria-label="Du er her">
          <Breadcrumbs.List>
            <Breadcrumbs.Item><Breadcrumbs.Link href="#hjem">Forsiden</Breadcrumbs.Link></Breadcrumbs.Item>
            <Breadcrumbs.Item><Breadcrumbs.Link href="#innhold">Undersøkelser</Breadcrumbs.Link></Breadcrumbs.Item>
          </Breadcrumbs.List>
        </Breadcrumbs>
        <Heading level={1} data-size="lg">Undersøkelsen om helse og arbeid</Heading>
        <Paragraph>Det er frivillig å svare. Svarene sendes rett til forskerne.</Paragraph>
        <Alert id="status">{portal ? status : "Logg inn for å svare."}</Alert>
        {portal && <Questionnaire portal={portal} onStatus={setStatus} />}
      </main>
    </>
  );
}

const root = document.getElementById("root");
if (root) createRoot(root).render(<Municipality />);
