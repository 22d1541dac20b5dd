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
