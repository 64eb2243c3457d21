/** What the package's other entries take of the library beside what it gives its users. */
export { runConfigSchema, show } from "./config.js";
