/** A chapter's chart as one of the report's figures: its guess, its curves and its levels. */
import type { Figure, Spec } from "../../figures/figure.js";
import { panel } from "../../figures/panel.js";
import { settingOf, withCaption } from "../share/caption.js";
import { pictureSize } from "../share/offer.js";
import type { Chapter } from "./chapter.js";
import type { Axis } from "./guess/axes.js";
import type { Drawing } from "./guess/draw.js";
import type { Seen } from "./seen.js";

const titleOf = ({ title, unit }: Axis): string => (unit ? `${title} (${unit})` : title);

/** Points with whiskers in the place of a line with a band. */
const pointsOf = ({ layer, ...spec }: Spec): Spec => {
  const [band, line, ...rest] = layer as Spec[];
  const { strokeDash: _, ...encoding } = line.encoding as Spec;
  return {
    ...spec,
    layer: [
      { ...band, mark: { type: "rule", strokeWidth: 2 } },
      { ...line, mark: { type: "point", filled: true, size: 60, opacity: 1 }, encoding },
      ...rest,
    ],
  };
};

export function figureOf(
  { name, title, source }: Pick<Chapter, "name" | "title" | "source">,
  { guess, drawn, curves, references }: Omit<Drawing, "open">,
  seen: Seen,
): Figure {
  const { x, y, at } = guess;
  const values = drawn ?? [];
  const own = panel({
    ...pictureSize,
    rows: curves.flatMap(({ label, points }) =>
      points.map(({ x: step, ...point }) => ({ ...point, step, condition: label })),
    ),
    conditions: curves.map(({ label }) => label),
    y: titleOf(y),
    xTitle: titleOf(x),
    xDomain: [x.from, x.to],
    yDomain: [y.from, y.to],
    log: { x: x.log, y: y.log },
    ...(x.log ? { xTickValues: [...x.ticks] } : {}),
    rules: references.map(({ label, value }) => ({ label, value })),
    segments: values.slice(1).map((value, i) => ({
      label: guess.called ?? "guess",
      from: [at[i], values[i]] as [number, number],
      to: [at[i + 1], value] as [number, number],
    })),
  });
  const spec = curves.some(({ apart }) => apart) ? pointsOf(own) : own;
  return {
    name: `tour-${name}`,
    caption: title,
    panels: [
      withCaption(spec, title, [
        settingOf([...seen.values()].flat().map(({ config }) => config)),
        `Mean over seeds and one standard deviation${drawn ? "" : "; no guess was drawn"}.`,
        source,
      ]),
    ],
  };
}
