/** What the legend of curves over steps says: of each its value at a step, or its latest. */
import { decimals, shortNumber } from "../../figures/labels.js";
import { lookOf } from "../looks.js";
import { type Curve, lastPlace, placeAt } from "./curves.js";

/** A line of the legend. */
export interface LegendEntry {
  key: string;
  look: number;
  dash: readonly number[];
  faint: boolean;
  letter: string;
  label: string;
  value: string;
  /** What else there is to say of it: seeds where runs have not the same number, a fit, an end. */
  notes: readonly string[];
}

export interface LegendContent {
  /** Of when the values are: "latest", "at step 1,000". */
  when: string;
  entries: readonly LegendEntry[];
  /** What values and bands of several seeds are, where there are some. */
  bands: string;
}

export const nothing: LegendContent = { when: "", entries: [], bands: "" };

export const dashOf = (curve: Curve): readonly number[] => curve.dash ?? lookOf(curve.look).dash;

const stepText = (step: number) => `step ${step.toLocaleString("en")}`;

/** A mean with its standard deviation, as many decimals as tell that. */
function withDeviation(value: number, deviation: number | null | undefined): string {
  if (!deviation || Math.abs(value) >= 1e6 || Math.abs(value) < 1e-3) return shortNumber(value);
  const digits = Math.max(0, Math.min(8, 1 - Math.floor(Math.log10(deviation))));
  return `${decimals(value, digits)} ± ${decimals(deviation, digits)}`;
}

/** @param step that is pointed at or scrubbed to; undefined: the latest values */
export function legendOf(curves: readonly Curve[], step: number | undefined): LegendContent {
  const places = curves.map(({ steps, values }) =>
    step === undefined ? lastPlace(values) : placeAt(steps, step),
  );
  // the evaluation that is shown, which may stand before the step
  const shown = Math.max(...curves.map(({ steps }, i) => steps[places[i]] ?? -1));
  const several = new Set(curves.flatMap(({ seeds }) => (seeds > 1 ? seeds : [])));
  const entries = curves.map((curve, i): LegendEntry => {
    const { key, look, faint = false, letter, label, steps, values, seeds, note = "", badEnd = "" } = curve;
    const value = values[places[i]];
    const count = seeds > 1 && several.size > 1 ? `${seeds} seeds` : "";
    const other = step === undefined || steps[places[i]] === shown || value == null;
    return {
      key,
      look,
      dash: dashOf(curve),
      faint,
      letter,
      label,
      value: value == null ? "–" : withDeviation(value, curve.deviation?.[places[i]]),
      notes: [count, other ? "" : `at ${stepText(steps[places[i]])}`, note, badEnd].filter(
        (text) => text !== "",
      ),
    };
  });
  const [seeds] = several;
  return {
    when: step === undefined ? "latest" : `at ${stepText(shown < 0 ? step : shown)}`,
    entries,
    bands:
      several.size === 0
        ? ""
        : `mean ± sd of ${several.size === 1 ? seeds : "a run’s"} seeds; band: smallest to largest of them`,
  };
}
