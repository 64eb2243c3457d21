/** The table of a sweep's settings: on its page, where a few lines of script sort it, and as CSV. */
import { shortNumber } from "../figures/labels.js";
import { type Column, csvText, type Row } from "../formats/table.js";
import { escapeHtml } from "./escapeHtml.js";
import { type Axis, labelOn } from "./sweepAxes.js";
import { type Measured, runsOf, type Setting, type SweepSummary } from "./sweepSummary.js";

/** Rows on the page; a larger sweep is for `export`. */
export const ROWS = 2000;
/** Rows that stand on a page as they are; more scroll in a box of their own. */
const TALL = 40;
/** Pixels of a narrow page, of a character there and between columns: what takes more is shown as cards, a row a card. */
const NARROW = { page: 335, character: 6.9, gap: 5 };

/** A place where a long name may break: "learning|Rate", "optimizer.|kind". */
export const breakable = (title: string): string =>
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
    some(({ outcomes }) => outcomes.diverged + outcomes.exploded) && {
      title: "runs left out",
      cell: ({ outcomes: { diverged, exploded } }) => ({
        html:
          [diverged > 0 && `${diverged} diverged`, exploded > 0 && `${exploded} exploded`]
            .filter((text) => text !== false)
            .join(", ") || "–",
        order: diverged + exploded,
      }),
    },
    { title: "excess loss", cell: ({ excessLoss }) => measuredCell(excessLoss) },
    { title: "effective dim.", cell: ({ effectiveDimension }) => measuredCell(effectiveDimension) },
    {
      title: "β",
      cell: ({ exponent }) => {
        if (!exponent) return nothing;
        const { html, order } = measuredCell(exponent);
        return { html: `${html}<span class="narrow"> R² ${exponent.rSquared.toFixed(3)}</span>`, order };
      },
    },
    settings.some(({ exponent }) => exponent?.interval) && {
      title: "β, 95 %",
      wide: true,
      cell: ({ exponent }) => intervalCell(exponent),
    },
    some(({ exponent }) => (exponent ? 1 : 0)) && {
      title: "R²",
      wide: true,
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

/** Characters of the longest piece of a text that stays on one line. */
const longestPiece = (html: string): number =>
  html
    .replaceAll(/<wbr>|<span class="narrow">/g, " ")
    .replaceAll(/± /g, "±_")
    .replaceAll(/<[^>]*>/g, "")
    .split(/\s/)
    .reduce((most, piece) => Math.max(most, piece.length), 0);

/** Whether a narrow page has room for the columns that it shows. */
function isTooWide(columns: readonly TableColumn[], settings: readonly Setting[]): boolean {
  const { page, character, gap } = NARROW;
  const widths = columns
    .filter(({ wide }) => !wide)
    .map((column) =>
      settings.reduce(
        (most, setting) => Math.max(most, longestPiece(column.cell(setting).html)),
        longestPiece(breakable(column.title)),
      ),
    );
  return widths.reduce((sum, width) => sum + width * character + gap, 0) > page;
}

export function tableHtml(summary: SweepSummary): string {
  const { settings } = summary;
  const columns = columnsOf(summary);
  const wide = ({ wide: is }: TableColumn) => (is ? ' class="wide"' : "");
  const row = (setting: Setting) =>
    columns
      .map((column) => {
        const { html, order } = column.cell(setting);
        return `<td${wide(column)} data-label="${escapeHtml(column.title)}" data-order="${order ?? ""}">${html}</td>`;
      })
      .join("");
  const isCards = isTooWide(columns, settings.slice(0, ROWS));
  const classes = ["scroll", ...(settings.length > TALL ? ["tall"] : [])];
  return `<div class="${classes.join(" ")}" tabindex="0" role="region" aria-label="settings"><table class="sortable${isCards ? " cards" : ""}">
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
export function settingsCsv({ axes, settings }: SweepSummary): string {
  const names = [
    ...axes.map(({ title }) => title),
    ...["seeds", "diverged", "exploded"],
    ...["excess_loss", "effective_dimension", "beta"].flatMap(measuredNames),
    ...["r_squared", "best_run"],
  ];
  const columns: Column[] = names.map((name) => ({ name, whole: false, sample: null }));
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
  return csvText(columns, rows);
}
