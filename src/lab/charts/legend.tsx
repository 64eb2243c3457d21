import type { ReadonlySignal } from "@preact/signals";
import { lookOf } from "../looks.js";
import type { LegendContent, LegendEntry } from "./legendOf.js";

/** A curve's colour and dashes as a short line. */
const Swatch = ({ look, dash, faint }: LegendEntry) => (
  <svg class="swatch" viewBox="0 0 24 8" width="24" height="8" aria-hidden="true">
    <line
      x1="0"
      y1="4"
      x2="24"
      y2="4"
      stroke-width={faint ? 1 : 2.5}
      stroke-dasharray={dash.join(" ") || undefined}
      stroke={lookOf(look).colour}
    />
  </svg>
);

/** Letter, label and value of each curve, where the cursor is, the page is scrubbed to, or else where it ends. */
export const Legend = ({ content }: { content: ReadonlySignal<LegendContent> }) => {
  const { when, entries, bands } = content.value;
  return (
    <>
      <ul class="legend">
        {when && <li class="when">{when}:</li>}
        {entries.map((entry) => (
          <li key={entry.key}>
            <Swatch {...entry} /> <b>{entry.letter}</b> {entry.label} <span class="value">{entry.value}</span>
            {entry.notes.map((note, i) => (
              <>
                {i > 0 ? ", " : " "}
                <span class="whole">{note}</span>
              </>
            ))}
          </li>
        ))}
      </ul>
      {bands && <p class="note">{bands}</p>}
    </>
  );
};
