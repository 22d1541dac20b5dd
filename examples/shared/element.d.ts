import type { DetailedHTMLProps, HTMLAttributes } from "react";
import type { SvarQuestionnaire } from "svar-questionnaire";

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      // No `invitation`: React would write it into the markup if the element were not defined yet.
      "svar-questionnaire": DetailedHTMLProps<HTMLAttributes<SvarQuestionnaire>, SvarQuestionnaire> & {
        study: string;
        wave: string;
        scheme?: "light" | "dark" | "auto";
      };
    }
  }
}
