/** What `/portal.js` says of the person who is logged in. */
interface Portal {
  study: string;
  wave: string;
  invitation: string;
}

interface Window {
  portal?: Portal;
}

// esbuild takes style sheets, too.
declare module "*.css";

// Has no types of its own.
declare module "govuk-frontend" {
  export function initAll(): void;
}
