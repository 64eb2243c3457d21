/** The table of a sweep's settings: on its page, where a few lines of script sort it, and as CSV. */
import { shortNumber } from "../figures/labels.js";
import { type Column, type Row, type Sink, tableFormats } from "../formats/table.js";
import { escapeHtml } from "./escapeHtml.js";
import { type Axis, labelOn } from "./sweepAxes.js";
import { type Measured, runsOf, type Setting, type SweepSummary } from "./sweepSummary.js";

/** Rows on the page; a larger sweep is for `export`. */
export const ROWS = 2000;
/** Rows that stand on a page as they are; more scroll in a box of their own. */
const TALL = 40;
/** Axes that have room beside the numbers on a narrow page; with more, a row is a card there. */
const NARROW_AXES = 3;

/** A place where a long name may break: "learning|Rate", "optimizer.|kind". */
const breakable = (title: string): string =>
  escapeHtml(title).replaceAll(/(?<=\.)(?=\w)|(?<=[a-z])(?=[A-Z])/g, "<wbr>");

interface TableCell {
  html: string;
  /** What it is sorted by; null goes last. */
  order: number | null;
}

interface TableColumn {
  title: string;
  /** Only where there is room. */
  wide?: boolean;
  cell(setting: Setting): TableCell;
}

const nothing: TableCell = { html: "–", order: null };
const count = (value: number): TableCell => ({ html: String(value), order: value });

const measuredCell = (measured: Measured | null): TableCell => {
  if (!measured) return nothing;
  const { mean, standardDeviation, seeds } = measured;
  const spread =
    seeds > 1 ? ` <span class="sd">± ${escapeHtml(Number(standardDeviation.toPrecision(2)))}</span>` : "";
  return { html: `${escapeHtml(shortNumber(mean))}${spread}`, order: mean };
};

const intervalCell = (measured: Measured | null): TableCell =>
  measured?.interval
    ? { html: measured.interval.map((end) => shortNumber(end, 3)).join(" to "), order: measured.mean }
    : nothing;

/** Those that some setting has something to say in. */
function columnsOf({ axes, settings, seeds }: SweepSummary): TableColumn[] {
  const some = (of: (setting: Setting) => number) => settings.some((setting) => of(setting) > 0);
  const columns: (TableColumn | false)[] = [
    ...axes.map(
      (axis, i): TableColumn => ({
        title: axis.title,
        cell: ({ values }) => ({
          html: escapeHtml(labelOn(axis, values[i])),
          order: axis.values.indexOf(values[i]),
        }),
      }),
    ),
    seeds[0] < seeds[1] && { title: "seeds", cell: (setting) => count(runsOf(setting)) },
    some(({ outcomes }) => outcomes.diverged) && {
      title: "diverged",
      cell: ({ outcomes }) => count(outcomes.diverged),
    },
    some(({ outcomes }) => outcomes.exploded) && {
      title: "exploded",
      cell: ({ outcomes }) => count(outcomes.exploded),
    },
    { title: "excess loss", cell: ({ excessLoss }) => measuredCell(excessLoss) },
    { title: "effective dim.", cell: ({ effectiveDimension }) => measuredCell(effectiveDimension) },
    { title: "β", cell: ({ exponent }) => measuredCell(exponent) },
    settings.some(({ exponent }) => exponent?.interval) && {
      title: "β, 95 %",
      wide: true,
      cell: ({ exponent }) => intervalCell(exponent),
    },
    some(({ exponent }) => (exponent ? 1 : 0)) && {
      title: "R²",
      cell: ({ exponent }) =>
        exponent ? { html: exponent.rSquared.toFixed(3), order: exponent.rSquared } : nothing,
    },
    some(({ leftOut }) => leftOut.count) && {
      title: "left out of β",
      wide: true,
      cell: ({ leftOut }) =>
        leftOut.count > 0 ? { html: `${leftOut.count} of ${leftOut.of}`, order: leftOut.count } : nothing,
    },
  ];
  return columns.filter((column) => column !== false);
}

export function tableHtml(summary: SweepSummary): string {
  const { axes, settings } = summary;
  const columns = columnsOf(summary);
  const wide = ({ wide: is }: TableColumn) => (is ? ' class="wide"' : "");
  const row = (setting: Setting) =>
    columns
      .map((column) => {
        const { html, order } = column.cell(setting);
        return `<td${wide(column)} data-label="${escapeHtml(column.title)}" data-order="${order ?? ""}">${html}</td>`;
      })
      .join("");
  const classes = ["scroll", ...(settings.length > TALL ? ["tall"] : [])];
  return `<div class="${classes.join(" ")}" tabindex="0" role="region" aria-label="settings"><table class="sortable${axes.length > NARROW_AXES ? " cards" : ""}">
<thead><tr>${columns.map((column) => `<th scope="col"${wide(column)}>${breakable(column.title)}</th>`).join("")}</tr></thead>
<tbody>${settings
    .slice(0, ROWS)
    .map((setting) => `<tr>${row(setting)}</tr>`)
    .join("\n")}</tbody></table></div>`;
}

/** A click on a head sorts by its column, another the other way round; what has no value stays last. */
export const sortScript = `for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
      const order = (row) => row.cells[column].dataset.order;
      const rows = [...body.rows].sort((a, b) =>
        (order(a) === "") - (order(b) === "") || sign * (order(a) - order(b)));
      body.append(...rows);
    });
  });
}`;

const measuredNames = (name: string): string[] => [
  `${name}_mean`,
  `${name}_sd`,
  `${name}_low`,
  `${name}_high`,
];
const measuredRow = (name: string, measured: Measured | null): Row => {
  const [low = null, high = null] = measured?.interval ?? [];
  const values = [measured?.mean ?? null, measured?.standardDeviation ?? null, low, high];
  return Object.fromEntries(measuredNames(name).map((column, i) => [column, values[i]]));
};

/** All settings, every number with all its digits, schedules by their names; low and high are the ends of 95 % intervals. */
export async function settingsCsv({ axes, settings }: SweepSummary): Promise<string> {
  const names = [
    ...axes.map(({ title }) => title),
    ...["seeds", "diverged", "exploded"],
    ...["excess_loss", "effective_dimension", "beta"].flatMap(measuredNames),
    ...["r_squared", "best_run"],
  ];
  const columns: Column[] = names.map((name) => ({ name, whole: false, sample: null }));
  const pieces: string[] = [];
  const sink: Sink = { write: async (piece) => void pieces.push(String(piece)) };
  const csv = tableFormats[".csv"](sink, columns, "");
  const shownIn = (axis: Axis, setting: Setting, i: number) => {
    const value = setting.values[i];
    return typeof value === "string" ? labelOn(axis, value) : value;
  };
  const rows = settings.map(
    (setting): Row => ({
      ...Object.fromEntries(axes.map((axis, i) => [axis.title, shownIn(axis, setting, i)])),
      ...{ seeds: runsOf(setting), diverged: setting.outcomes.diverged, exploded: setting.outcomes.exploded },
      ...measuredRow("excess_loss", setting.excessLoss),
      ...measuredRow("effective_dimension", setting.effectiveDimension),
      ...measuredRow("beta", setting.exponent),
      ...{ r_squared: setting.exponent?.rSquared ?? null, best_run: setting.best?.run ?? null },
    }),
  );
  if (rows.length > 0) await csv.write(rows);
  await csv.end();
  return pieces.join("");
}
