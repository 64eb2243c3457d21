/** A chart as a table, for those who read it rather than see it. */
import { thinned } from "./thinned.js";

export interface TableData {
  caption: string;
  head: readonly string[];
  /** How many rows there are in all. */
  count: number;
  row(place: number): readonly string[];
}

const MOST_ROWS = 60;

export default function DataTable({ read }: { read: () => TableData }) {
  const { caption, head, count, row } = read();
  const places = thinned(count, MOST_ROWS);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keys too
    <section class="table" tabIndex={0} aria-label={`Table: ${caption}`}>
      <table>
        <caption>
          {caption}
          {places.length < count && `: ${places.length} of ${count} rows, evenly spaced`}
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
          {places.map((place) => {
            const [first, ...rest] = row(place);
            return (
              <tr key={place}>
                <th scope="row">{first}</th>
                {rest.map((text, i) => (
                  <td key={i}>{text}</td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
