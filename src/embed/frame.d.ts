export declare class SvarFrame extends HTMLElement {
  /** The invitation, as it stood in the link. It cannot be read. */
  set invitation(value: string);
}

/** Gives the element its name, or another where that is taken. */
export declare function define(name?: string): void;

declare global {
  interface HTMLElementTagNameMap {
    "svar-frame": SvarFrame;
  }
}
