/** The window that β is fitted in, as two handles over the plot: dragged, or moved as sliders by keys. */
import type { JSX } from "preact";
import type { Plane } from "./curvePlot.js";
import { windowWith } from "./fit.js";

export interface FitWindowProps {
  plane: Plane;
  window: readonly [from: number, to: number];
  /** Largest step that an end can have. */
  last: number;
  onChange(window: [number, number]): void;
}

const ends = ["from", "to"] as const;
/** A key moves an end by this factor of steps, by a whole step at least. */
const FACTOR = 1.1;
/** Pixels that a finger needs, and the fewest that a plot has on its right. */
const TOUCH = 44;
const BESIDE = 24;

export function FitWindow({ plane, window, last, onChange }: FitWindowProps): JSX.Element {
  const { left, top, width, height, from, to } = plane;
  const span = Math.log(to / from);
  const placeOf = (step: number) => left + width * Math.min(1, Math.max(0, Math.log(step / from) / span));
  const [start, end] = window.map(placeOf);
  // what a finger takes hold of lies outside of the window, so that neither end is under the other, and within the chart
  const places = [Math.max(0, start - TOUCH), Math.min(end, left + width + BESIDE - TOUCH)];
  const moveTo = (which: (typeof ends)[number], step: number) =>
    onChange(windowWith(window, which, step, last));
  return (
    <>
      <div
        class="fit-window"
        style={{ left: `${start}px`, width: `${end - start}px`, top: `${top}px`, height: `${height}px` }}
      />
      {ends.map((which, i) => {
        const step = window[i];
        return (
          <div
            key={which}
            class="fit-handle"
            style={{ left: `${places[i]}px`, top: `${top}px`, height: `${height}px` }}
            role="slider"
            tabIndex={0}
            aria-label={`Fit window, ${i === 0 ? "first" : "last"} step`}
            aria-valuemin={1}
            aria-valuemax={last}
            aria-valuenow={step}
            aria-valuetext={`step ${step}`}
            aria-orientation="horizontal"
            onPointerDown={(event) => {
              event.preventDefault();
              event.currentTarget.focus();
              event.currentTarget.setPointerCapture(event.pointerId);
            }}
            onPointerMove={(event) => {
              const { currentTarget: handle, pointerId, clientX } = event;
              if (!handle.hasPointerCapture(pointerId)) return;
              const origin = Number(handle.offsetParent?.getBoundingClientRect().left);
              moveTo(which, from * Math.exp((span * (clientX - origin - left)) / width));
            }}
            onKeyDown={(event) => {
              const up = Math.max(step + 1, step * FACTOR);
              const down = Math.min(step - 1, step / FACTOR);
              const wanted = {
                ArrowRight: up,
                ArrowUp: up,
                ArrowLeft: down,
                ArrowDown: down,
                PageUp: step * 2,
                PageDown: step / 2,
                Home: 1,
                End: last,
              }[event.key];
              if (wanted === undefined) return;
              event.preventDefault();
              event.stopPropagation();
              moveTo(which, wanted);
            }}
          >
            <i style={{ left: `${(i === 0 ? start : end) - places[i]}px` }} />
          </div>
        );
      })}
    </>
  );
}
