/** Where the reader draws: a handle every so far, moved by pointer, touch or arrow keys; the result comes to lie over it. */
import { useEffect, useRef, useState } from "preact/hooks";
import { LookMark } from "../../runs/lookMark.js";
import { rounded } from "../judge.js";
import { type Drawn, guessAt, nearest, nudged, placeOf, stroked } from "./axes.js";
import { type Drawing, draw, margins, marginsOf, tickLabel } from "./draw.js";

interface Properties extends Drawing {
  onDraw(drawn: Drawn): void;
}

/** A value with its axis' unit, as it is read out. */
const told = (value: number, unit: string): string => `${rounded(value)}${unit && ` ${unit}`}`;

/** The same again when the page's colours or the picture's size change. */
function useRedraw(paint: (canvas: HTMLCanvasElement) => void) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef(paint);
  latest.current = paint;
  useEffect(() => {
    if (canvas.current) paint(canvas.current);
  });
  useEffect(() => {
    const own = canvas.current;
    if (!own) return;
    const again = () => latest.current(own);
    const size = new ResizeObserver(again);
    size.observe(own);
    const theme = new MutationObserver(again);
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", again);
    return () => {
      size.disconnect();
      theme.disconnect();
      dark.removeEventListener("change", again);
    };
  }, []);
  return canvas;
}

export function GuessChart({ onDraw, ...drawing }: Properties) {
  const { guess, drawn, curves, open } = drawing;
  /** Whether there is a guess, or one can be drawn. */
  const isGuessed = open || drawn !== undefined;
  const called = guess.called ?? "your guess";
  const canvas = useRedraw((own) => draw(own, drawing));
  /** The handle that Tab comes to. */
  const [current, setCurrent] = useState(0);
  const handles = useRef<(HTMLElement | null)[]>([]);
  const stroke = useRef<{ x: number; y: number } | undefined>(undefined);
  const values = drawn ?? guess.at.map(() => guess.start);

  const placeAt = (event: PointerEvent) => {
    const own = canvas.current as HTMLCanvasElement;
    const box = own.getBoundingClientRect();
    const { left, right, top, bottom } = marginsOf(own);
    return {
      x: (event.clientX - box.left - left) / (box.width - left - right),
      y: 1 - (event.clientY - box.top - top) / (box.height - top - bottom),
    };
  };
  const follow = (event: PointerEvent) => {
    const to = placeAt(event);
    onDraw(stroked(guess, values, stroke.current ?? to, to));
    stroke.current = to;
    setCurrent(nearest(guess.x, guess.at, to.x));
  };
  const begin = (event: PointerEvent) => {
    if (!open || event.button !== 0) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    stroke.current = undefined;
    follow(event);
    stroke.current = placeAt(event);
  };
  const move = (event: PointerEvent) => {
    if (open && stroke.current) follow(event);
  };
  const end = () => {
    stroke.current = undefined;
  };
  const press = (event: KeyboardEvent, i: number) => {
    const aside = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const value = nudged(guess.y, values[i], event.key);
    if (aside === undefined && (value === undefined || !open)) return;
    event.preventDefault();
    if (aside !== undefined) {
      const next = Math.min(guess.at.length - 1, Math.max(0, i + aside));
      setCurrent(next);
      handles.current[next]?.focus();
    } else if (value !== undefined) onDraw(values.map((own, j) => (j === i ? value : own)));
  };

  return (
    <div class="tour-guess">
      <fieldset
        class="tour-plot"
        aria-label={
          open
            ? `${guess.task} ${guess.y.title} over ${guess.x.title}. Left and Right go from handle to handle, Up and Down move it.`
            : `${guess.shown}: ${guess.y.title} over ${guess.x.title}`
        }
        data-open={open}
        onPointerDown={begin}
        onPointerMove={move}
        onPointerUp={end}
        onPointerCancel={end}
      >
        <canvas ref={canvas} />
        {isGuessed &&
          guess.at.map((at, i) => (
            <div
              key={at}
              ref={(own: HTMLElement | null) => {
                handles.current[i] = own;
              }}
              class="tour-handle"
              role="slider"
              tabIndex={i === current ? 0 : -1}
              aria-label={`${guess.y.title} at ${guess.x.title} ${tickLabel(at)}`}
              aria-orientation="vertical"
              aria-valuemin={guess.y.from}
              aria-valuemax={guess.y.to}
              aria-valuenow={values[i]}
              aria-valuetext={told(values[i], guess.y.unit)}
              aria-readonly={!open}
              style={{
                left: `calc(${margins.left}em + (100% - ${margins.left + margins.right}em) * ${placeOf(guess.x, at)})`,
                top: `calc(${margins.top}em + (100% - ${margins.top + margins.bottom}em) * ${1 - placeOf(guess.y, values[i])})`,
              }}
              onFocus={() => setCurrent(i)}
              onKeyDown={(event: KeyboardEvent) => press(event, i)}
            />
          ))}
      </fieldset>
      <ul class="tour-legend">
        {isGuessed && (
          <li>
            <span class="tour-swatch tour-swatch-guess" />
            {called}
          </li>
        )}
        {curves.map(({ label, look }) => (
          <li key={label}>
            <LookMark look={look} />
            {label}
          </li>
        ))}
        {drawing.references.map(({ label, value }) => (
          <li key={label}>
            <span class="tour-swatch tour-swatch-reference" />
            {value === 0 ? label : `${label}, ${rounded(value, 1e-4)}`}
          </li>
        ))}
      </ul>
      {curves.length > 0 && (
        <div class="hidden">
          <Table {...drawing} />
        </div>
      )}
    </div>
  );
}

/** The picture in numbers, for those who do not see it: where the handles are. */
function Table({ guess, drawn, curves }: Drawing) {
  const near = (points: Drawing["curves"][number]["points"], at: number) =>
    points.reduce(
      (best, point) => (Math.abs(point.x - at) < Math.abs(best.x - at) ? point : best),
      points[0],
    );
  return (
    <table>
      <caption>{`${guess.y.title} over ${guess.x.title}: mean over seeds`}</caption>
      <thead>
        <tr>
          <th scope="col">{guess.x.title}</th>
          {drawn && <th scope="col">{guess.called ?? "your guess"}</th>}
          {curves.map(({ label }) => (
            <th key={label} scope="col">
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {guess.at.map((at) => (
          <tr key={at}>
            <th scope="row">{tickLabel(at)}</th>
            {drawn && <td>{told(guessAt(guess, drawn, at), guess.y.unit)}</td>}
            {curves.map(({ label, points }) => (
              <td key={label}>{points.length > 0 ? told(near(points, at).mean, guess.y.unit) : "none"}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
