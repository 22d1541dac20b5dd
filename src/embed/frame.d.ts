export declare class SvarFrame extends HTMLElement {
  /**
   * The invitation, as it stood in the link. It cannot be read. Until it is given there is no frame; an empty one has the
   * person type their code.
   */
  set invitation(value: string | null | undefined);
}

/** Gives the element its name, or another where that is taken. */
export declare function define(name?: string): void;

declare global {
  interface HTMLElementEventMap {
    /** Of a frame without detail; of `<svar-questionnaire>` with a `SvarReady`. */
    "svar-ready": CustomEvent;
  }
  interface DocumentEventMap {
    "svar-ready": CustomEvent;
  }
  interface HTMLElementTagNameMap {
    "svar-frame": SvarFrame;
  }
}
