/** Points or bars, one of which the arrow keys or a pointer read. */
import { signal, useComputed } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type CanvasPicture, type CanvasPlot, canvasPlot } from "./canvasPlot.js";
import { ChartFrame } from "./chartFrame.js";
import { type DataCursor, moved } from "./dataCursor.js";
import type { TableData } from "./dataTable.js";

export interface CanvasChartProps {
  name: string;
  /** Read at every frame after a change of a signal that it reads. */
  picture: () => CanvasPicture;
  table: () => TableData;
  head?: ComponentChildren;
  /** Said where no point is pointed at. */
  note: ComponentChildren;
}

export function CanvasChart({ name, picture, table, head, note }: CanvasChartProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef(picture);
  latest.current = picture;
  const [plot] = useState(() => signal<CanvasPlot | undefined>(undefined));
  const cursor = useRef<DataCursor | undefined>(undefined);
  useEffect(() => {
    const made = canvasPlot(host.current as HTMLDivElement, () => latest.current());
    plot.value = made;
    return () => made.end();
  }, [plot]);
  const empty = useComputed(() => plot.value?.empty.value ?? "");

  const onLeave = () => {
    cursor.current = undefined;
    plot.value?.point();
  };
  const onKey = (key: string): string | undefined => {
    const shown = plot.value?.picture();
    if (!shown || shown.empty) return undefined;
    if (key === "Escape") {
      onLeave();
      return "";
    }
    // the first is the most frequent, or the largest: that is where one begins
    const before = cursor.current ?? (key.startsWith("Arrow") ? { series: 0, point: -1 } : undefined);
    const forwards = { ArrowUp: "ArrowLeft", ArrowDown: "ArrowRight" }[key] ?? key;
    const next = moved(forwards, before, [shown.xs.length], () => 0);
    if (!next) return undefined;
    cursor.current = next;
    plot.value?.point(next.point);
    return shown.say(next.point);
  };

  return (
    <ChartFrame
      name={name}
      keys="Arrow keys: one point after another. Home and End: the first and the last."
      plot={host}
      onKey={onKey}
      onLeave={onLeave}
      empty={empty}
      table={table}
      head={head}
    >
      <Note plot={plot}>{note}</Note>
    </ChartFrame>
  );
}

const Note = ({
  plot,
  children,
}: {
  plot: { value: CanvasPlot | undefined };
  children: ComponentChildren;
}) => <p class="note">{plot.value?.said.value || children}</p>;
