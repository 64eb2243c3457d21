import type { JSX } from "preact";
import type { FrameField } from "../../browser/liveRun.js";
import type { Lab } from "../state/lab.js";

export interface ViewProps {
  lab: Lab;
}

/** A panel of the page. */
export interface View {
  /** As a link has it. */
  name: string;
  title: string;
  Component: (props: ViewProps) => JSX.Element | null;
  /** What the focused run's frame has to have for it. */
  needs: readonly FrameField[];
}
