/** A piece of the run's line, as the charts draw it. */
import { lookOf } from "../looks.js";

export function LookMark({ look }: { look: number }) {
  const { colour, dash } = lookOf(look);
  return (
    <svg class="mark" width="28" height="10" aria-hidden="true">
      <line x1="1" y1="5" x2="27" y2="5" stroke={colour} stroke-width="3" stroke-dasharray={dash.join(" ")} />
    </svg>
  );
}
