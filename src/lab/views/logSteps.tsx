import type { JSX } from "preact";
import type { Lab } from "../state/lab.js";
import { Toggle } from "./choice.js";

/** Of all charts over steps that can have either axis. */
export const LogSteps = ({ lab }: { lab: Lab }): JSX.Element => (
  <Toggle checked={lab.view.value.logX} onChange={(logX) => lab.look({ logX })}>
    log steps, in all charts
  </Toggle>
);
