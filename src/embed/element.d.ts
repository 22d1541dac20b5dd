/** What `svar-ready` tells. */
export interface SvarReady {
  study: string;
  wave: string;
}

/** What `svar-page` tells: which questionnaire, and where in it. */
export interface SvarPage {
  step: string;
  page: number;
  pages: number;
}

/** What `svar-submitted` tells: the reference on the receipt. It may come again after a reload. */
export interface SvarSubmitted {
  part: string;
  reference: string;
}

/** What `svar-error` tells: why there is nothing to answer. */
export interface SvarError {
  code:
    | "old"
    | "study"
    | "supplier"
    | "broken"
    | "crashed"
    | "unreachable"
    | "invitation"
    | "other-study"
    | "no-such-wave"
    | "other-wave"
    | "not-here"
    | "missing"
    | "foreign"
    | "truncated"
    | "version"
    | "damaged"
    | "not-yet"
    | "closed"
    | "revoked"
    | "not-admitted";
}

export interface SvarEvents {
  "svar-ready": CustomEvent<SvarReady>;
  "svar-page": CustomEvent<SvarPage>;
  "svar-submitted": CustomEvent<SvarSubmitted>;
  "svar-error": CustomEvent<SvarError>;
}

export declare class SvarQuestionnaire extends HTMLElement {
  /** Address of the study's compiled manifest. */
  study: string;
  /** The only wave that may be answered here; any that the invitation is for, if it is empty. */
  wave: string;
  /** `light`, `dark`, or `auto`: as the page around it. */
  scheme: string;
  /**
   * The invitation, as it stood in the link. It cannot be read. Until it or a supplier is given, the element waits;
   * an empty one has the person type their code.
   */
  set invitation(value: string | null | undefined);
  /** Comes to the invitation, and is asked whenever the questionnaire is loaded. */
  set invitationSupplier(value: (() => string | Promise<string>) | undefined);
  readonly state: "idle" | "loading" | "ready" | "failed" | "crashed";
  /** Comes in once more, as after a reload. */
  restart(): void;
  /** Comes when nothing is left that only this page can deliver, or still has to save. */
  whenAtRest(): Promise<void>;
}

/** Gives the element its name, or another where that is taken. */
export declare function define(name?: string): void;

/** Lets `study` point to these origins, beside the one that this module comes from. */
export declare function allowStudies(...origins: string[]): void;

declare global {
  interface HTMLElementEventMap extends SvarEvents {}
  interface DocumentEventMap extends SvarEvents {}
  interface HTMLElementTagNameMap {
    "svar-questionnaire": SvarQuestionnaire;
  }
}
