/** Curves over steps. */
import { signal, useComputed } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { shortNumber } from "../../figures/labels.js";
import type { Lab } from "../state/lab.js";
import { ChartFrame } from "./chartFrame.js";
import type { CurvePicture } from "./curvePicture.js";
import { type CurvePlot, curvePlot, type Plane, withUnit } from "./curvePlot.js";
import { type Curve, placeAt } from "./curves.js";
import { type DataCursor, moved } from "./dataCursor.js";
import type { TableData } from "./dataTable.js";
import { Legend } from "./legend.js";
import { nothing } from "./legendOf.js";

export interface CurveChartProps {
  lab: Lab;
  name: string;
  /** Read at every frame after a change of a signal that it reads. */
  picture: () => CurvePicture;
  /** Above the plot. */
  head?: ComponentChildren;
  /** Stands over the plot, given where that is. */
  over?: (plane: Plane) => JSX.Element;
}

const named = ({ letter, label }: Curve): string => (label ? `${letter}, ${label}` : letter);

const tableOf = (name: string, { curves, quantity, unit }: CurvePicture): TableData => {
  const steps = [...new Set(curves.flatMap((curve) => curve.steps))].sort((a, b) => a - b);
  return {
    caption: `${name}${unit ? `, in ${unit}` : ""}`,
    head: [
      "step",
      ...curves.map((curve) => `${named(curve)}: ${quantity}${curve.seeds > 1 ? ", mean" : ""}`),
    ],
    count: steps.length,
    row: (i) => [
      String(steps[i]),
      ...curves.map((curve) => {
        const place = placeAt(curve.steps, steps[i]);
        const value = curve.steps[place] === steps[i] ? curve.values[place] : null;
        return value === null ? "" : shortNumber(value);
      }),
    ],
  };
};

export function CurveChart({ lab, name, picture, head, over }: CurveChartProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef(picture);
  latest.current = picture;
  const [plot] = useState(() => signal<CurvePlot | undefined>(undefined));
  const cursor = useRef<DataCursor | undefined>(undefined);
  useEffect(() => {
    const made = curvePlot(
      host.current as HTMLDivElement,
      () => latest.current(),
      lab.scrubbed,
      (step) => lab.scrub(step),
    );
    plot.value = made;
    return () => made.end();
  }, [lab, plot]);
  const legend = useComputed(() => plot.value?.legend.value ?? nothing);
  const empty = useComputed(() => plot.value?.empty.value ?? "");

  const onKey = (key: string): string | undefined => {
    const shown = plot.value?.picture();
    if (!shown) return undefined;
    const { curves, quantity, unit } = shown;
    if (key === "Escape") {
      onLeave();
      lab.scrub(undefined);
      return "";
    }
    if (key === "Enter" && cursor.current) {
      const step = curves[cursor.current.series]?.steps[cursor.current.point];
      if (step === undefined) return undefined;
      lab.scrub(step);
      return `Looking at step ${step}`;
    }
    const next = moved(
      key,
      cursor.current,
      curves.map(({ steps }) => steps.length),
      (series, from) => Math.max(0, placeAt(curves[series].steps, curves[from.series].steps[from.point])),
    );
    if (!next) return undefined;
    cursor.current = next;
    const curve = curves[next.series];
    const step = curve.steps[next.point];
    const value = curve.values[next.point];
    plot.value?.point(next.series, step);
    const measured = value === null ? "not measured" : withUnit(shortNumber(value), unit);
    return `${named(curve)}, step ${step}: ${quantity} ${measured}${curve.seeds > 1 ? `, mean of ${curve.seeds} seeds` : ""}`;
  };
  const onLeave = () => {
    cursor.current = undefined;
    plot.value?.point();
  };

  return (
    <ChartFrame
      name={name}
      keys="Left and right: evaluations. Up and down: runs. Enter: look at this step. Escape: the latest."
      plot={host}
      onKey={onKey}
      onLeave={onLeave}
      empty={empty}
      table={() => tableOf(name, latest.current())}
      head={head}
      over={over && <Over plot={plot} over={over} />}
    >
      <Legend content={legend} />
    </ChartFrame>
  );
}

/** Apart, so that moving a window does not render the chart. */
function Over({
  plot,
  over,
}: {
  plot: { value: CurvePlot | undefined };
  over: (plane: Plane) => JSX.Element;
}) {
  const plane = plot.value?.plane.value;
  return plane && plot.value?.empty.value === "" ? over(plane) : null;
}
