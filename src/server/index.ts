/** The lab's page for others: served on this machine, or written for other hosts. */
export { pageHeaders } from "./headers.js";
export { openBrowser } from "./openBrowser.js";
export { serve } from "./serve.js";
export { writePageFolder, writeSingleFile } from "./writePage.js";
