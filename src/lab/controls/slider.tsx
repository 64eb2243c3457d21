/** A number: a slider for the gesture, a box for the exact value. */
import { useRef } from "preact/hooks";
import { NumberBox } from "./numberBox.js";
import { POSITIONS, positionBeyond, positionOf, type Scale, valueAt } from "./scale.js";

interface Props {
  label: string;
  /** What it is, in a phrase. */
  title: string;
  scale: Scale;
  value: number;
  /** @param isEnd whether the gesture is over */
  onChange: (value: number, isEnd: boolean) => void;
}

const ways: Record<string, 1 | -1> = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };

export function Slider({ label, title, scale, value, onChange }: Props) {
  // it stands where it was put, not where the rounded value would be: keys could not move it otherwise
  const put = useRef({ position: -1, value });
  const move = (position: number, isEnd: boolean) => {
    put.current = { position, value: valueAt(scale, position) };
    onChange(put.current.value, isEnd);
  };
  /** A key leads to another value, where several positions stand for one. */
  const onKeyDown = (event: KeyboardEvent) => {
    const way = ways[event.key];
    if (!way || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const position = positionBeyond(scale, value, way);
    if ((valueAt(scale, position) - value) * way > 0) move(position, true);
  };
  return (
    <div class="slider" title={title}>
      <label>
        <span>{label}</span>
        <input
          type="range"
          min={0}
          max={POSITIONS}
          value={
            put.current.value === value && put.current.position >= 0
              ? put.current.position
              : positionOf(scale, value)
          }
          aria-valuetext={String(value)}
          onKeyDown={onKeyDown}
          onInput={({ currentTarget }) => move(Number(currentTarget.value), false)}
          onChange={({ currentTarget }) => move(Number(currentTarget.value), true)}
        />
      </label>
      <NumberBox
        step="any"
        aria-label={`${label}, exactly`}
        value={value}
        onChange={(given) => onChange(given, true)}
      />
    </div>
  );
}
