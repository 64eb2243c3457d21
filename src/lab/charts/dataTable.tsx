/** A chart as a table, for those who read it rather than see it. */

import { untracked } from "@preact/signals";
import { useState } from "preact/hooks";
import { evenly } from "../../figures/evenly.js";

export interface TableData {
  caption: string;
  head: readonly string[];
  /** How many rows there are in all. */
  count: number;
  row(place: number): readonly string[];
}

const MOST_ROWS = 60;

const snapshot = ({ row, ...rest }: TableData) => ({
  ...rest,
  rows: evenly(rest.count, MOST_ROWS).map(row),
});

export default function DataTable({ read }: { read: () => TableData }) {
  // as it was when it was opened: rows that change cannot be read
  const [{ caption, head, rows, count }] = useState(() => untracked(() => snapshot(read())));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keys too
    <section class="table" tabIndex={0} aria-label={`Table: ${caption}`}>
      <table>
        <caption>
          {caption}
          {rows.length < count && `: ${rows.length} of ${count} rows, evenly spaced`}
        </caption>
        <thead>
          <tr>
            {head.map((title) => (
              <th scope="col" key={title}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([first, ...rest]) => (
            <tr key={first}>
              <th scope="row">{first}</th>
              {rest.map((text, i) => (
                <td key={i}>{text}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
