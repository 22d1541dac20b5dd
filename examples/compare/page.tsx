import { createRoot } from "react-dom/client";
import { Button as AkselButton } from "@navikt/ds-react/Button";
import { Checkbox as AkselCheckbox, CheckboxGroup } from "@navikt/ds-react/Checkbox";
import { ErrorSummary as AkselErrorSummary } from "@navikt/ds-react/ErrorSummary";
import { FormProgress } from "@navikt/ds-react/FormProgress";
import { Radio as AkselRadio, RadioGroup } from "@navikt/ds-react/Radio";
import { Select as AkselSelect } from "@navikt/ds-react/Select";
import { Textarea as AkselTextarea } from "@navikt/ds-react/Textarea";
import { TextField } from "@navikt/ds-react/TextField";
import { Heading as AkselHeading } from "@navikt/ds-react/Typography";
import { Button, Checkbox, ErrorSummary, Field, Fieldset, Heading, Label, Radio, Select, Textarea, Textfield, ValidationMessage } from "@digdir/designsystemet-react";
import { counties, pains, pleased, words } from "./words";
import "svar-questionnaire";
import "@digdir/designsystemet-theme/index.css";
import "@digdir/designsystemet-css";
import "@navikt/ds-css/dist/global/tokens.css";
import "@navikt/ds-css/dist/global/reset.css";
import "@navikt/ds-css/dist/components.css";
import "@fontsource/inter/latin-400.css";
import "@fontsource/inter/latin-500.css";
import "@fontsource/inter/latin-600.css";
import "@fontsource/source-sans-3/latin-400.css";
import "@fontsource/source-sans-3/latin-600.css";
import "./page.css";

function Aksel() {
  return (
    <section className="aksel light" data-color="accent" aria-label="Aksel">
      <FormProgress totalSteps={6} activeStep={2} interactiveSteps={false}>
        {["Om deg", words.title, "Helsen din", "Kolleger", "Ledelse", "Til slutt"].map((name) => <FormProgress.Step key={name}>{name}</FormProgress.Step>)}
      </FormProgress>
      <AkselErrorSummary><AkselErrorSummary.Item href="#a-hours">{words.wrong}</AkselErrorSummary.Item></AkselErrorSummary>
      <AkselHeading level="2" size="large">{words.title}</AkselHeading>
      <RadioGroup legend={words.pleased} description={words.weeks} defaultValue="1">
        {pleased.map((text, place) => <AkselRadio key={text} value={String(place)}>{text}</AkselRadio>)}
      </RadioGroup>
      <CheckboxGroup legend={words.pains} defaultValue={["1"]}>
        {pains.map((text, place) => <AkselCheckbox key={text} value={String(place)}>{text}</AkselCheckbox>)}
      </CheckboxGroup>
      <TextField id="a-hours" className="short" label={words.hours} description={words.example} error={words.wrong} defaultValue="370" />
      <AkselSelect className="medium" label={words.county}>{counties.map((name) => <option key={name}>{name}</option>)}</AkselSelect>
      <AkselTextarea label={words.more} maxLength={500} minRows={4} />
      <div className="buttons"><AkselButton variant="secondary">Tilbake</AkselButton><AkselButton>Neste</AkselButton><AkselButton variant="tertiary">Send</AkselButton></div>
    </section>
  );
}

function Designsystemet() {
  return (
    <section className="designsystemet" data-color-scheme="light" aria-label="Designsystemet">
      <p className="none">Designsystemet har ingen framdriftsviser.</p>
      <ErrorSummary>
        <ErrorSummary.Heading>For å gå videre må du rette opp følgende feil:</ErrorSummary.Heading>
        <ErrorSummary.List><ErrorSummary.Item><ErrorSummary.Link href="#d-hours">{words.wrong}</ErrorSummary.Link></ErrorSummary.Item></ErrorSummary.List>
      </ErrorSummary>
      <Heading level={2} data-size="md">{words.title}</Heading>
      <Fieldset>
        <Fieldset.Legend>{words.pleased}</Fieldset.Legend>
        <Fieldset.Description>{words.weeks}</Fieldset.Description>
        {pleased.map((text, place) => <Radio key={text} name="d-pleased" value={String(place)} label={text} defaultChecked={place === 1} />)}
      </Fieldset>
      <Fieldset>
        <Fieldset.Legend>{words.pains}</Fieldset.Legend>
        {pains.map((text, place) => <Checkbox key={text} value={String(place)} label={text} defaultChecked={place === 1} />)}
      </Fieldset>
      <Textfield id="d-hours" className="short" label={words.hours} description={words.example} error={words.wrong} defaultValue="370" />
      <Field className="medium">
        <Label>{words.county}</Label>
        <ValidationMessage data-color="warning">Ikke besvart</ValidationMessage>
        <Select>{counties.map((name) => <Select.Option key={name}>{name}</Select.Option>)}</Select>
      </Field>
      <Field><Label>{words.more}</Label><Textarea rows={4} /><Field.Counter limit={500} /></Field>
      <div className="buttons"><Button variant="secondary">Tilbake</Button><Button>Neste</Button><Button variant="tertiary">Send</Button></div>
    </section>
  );
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <main className="columns">
      <Aksel />
      <section className="svar" aria-label="Svar"><svar-questionnaire study="/none.svar" wave="q1" lang="nb" /></section>
      <Designsystemet />
    </main>,
  );
}
