import { printable } from "../figures/labels.js";

/** Text made safe between tags and inside quoted attributes. */
export const escapeHtml = (text: unknown): string =>
  printable(String(text))
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
