import { useState, useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";
import { InlineMessage } from "@navikt/ds-react/InlineMessage";
import { InternalHeader } from "@navikt/ds-react/InternalHeader";
import { Page } from "@navikt/ds-react/Page";
import { Spacer, VStack } from "@navikt/ds-react/Stack";
import { Theme } from "@navikt/ds-react/Theme";
import { BodyLong, Heading } from "@navikt/ds-react/Typography";
import { Questionnaire } from "../shared/Questionnaire";
import "@navikt/ds-css/dist/global/tokens.css";
import "@navikt/ds-css/dist/global/reset.css";
import "@navikt/ds-css/dist/global/baseline.css";
import "@navikt/ds-css/dist/global/print.css";
import "@navikt/ds-css/dist/components.css";
import "@fontsource/source-sans-3/latin-400.css";
import "@fontsource/source-sans-3/latin-600.css";
import "./page.css";

const darkDevice = matchMedia("(prefers-color-scheme: dark)");
const watch = (changed: () => void) => {
  darkDevice.addEventListener("change", changed);
  return () => darkDevice.removeEventListener("change", changed);
};

function Portal() {
  const { portal } = window;
  const dark = useSyncExternalStore(watch, () => darkDevice.matches);
  const [status, setStatus] = useState("Skjemaet hentes.");
  return (
    <Theme theme={dark ? "dark" : "light"}>
      <Page>
        <InternalHeader>
          <InternalHeader.Title as="a" href="#hjem">Arbeidshelse</InternalHeader.Title>
          <Spacer />
          <InternalHeader.User name="Kari Nordmann" />
        </InternalHeader>
        <Page.Block as="main" width="md" gutters className="main">
          <VStack gap="space-24">
            <Heading level="1" size="xlarge">Undersøkelsen om helse og arbeid</Heading>
            <BodyLong size="large">
              Det er frivillig å svare. Svarene sendes rett til forskerne.
            </BodyLong>
            <InlineMessage id="status" status="info">{portal ? status : "Logg inn for å svare."}</InlineMessage>
            {portal && <Questionnaire portal={portal} onStatus={setStatus} />}
          </VStack>
        </Page.Block>
      </Page>
    </Theme>
  );
}

const root = document.getElementById("root");
if (root) createRoot(root).render(<Portal />);
