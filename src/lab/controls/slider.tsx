/** A number: a slider for the gesture, a box for the exact value. */
import { useRef } from "preact/hooks";
import { POSITIONS, positionOf, type Scale, valueAt } from "./scale.js";

interface Props {
  label: string;
  /** What it is, in a phrase. */
  title: string;
  scale: Scale;
  value: number;
  /** @param isEnd whether the gesture is over */
  onChange: (value: number, isEnd: boolean) => void;
}

export function Slider({ label, title, scale, value, onChange }: Props) {
  // while it is dragged it stands where the pointer is, not where its rounded value would be
  const dragged = useRef<number | undefined>(undefined);
  return (
    <div class="slider" title={title}>
      <label>
        <span>{label}</span>
        <input
          type="range"
          min={0}
          max={POSITIONS}
          value={dragged.current ?? positionOf(scale, value)}
          aria-valuetext={String(value)}
          onInput={({ currentTarget }) => {
            dragged.current = Number(currentTarget.value);
            onChange(valueAt(scale, dragged.current), false);
          }}
          onChange={({ currentTarget }) => {
            dragged.current = undefined;
            onChange(valueAt(scale, Number(currentTarget.value)), true);
          }}
        />
      </label>
      <input
        type="number"
        step="any"
        aria-label={`${label}, exactly`}
        value={value}
        onChange={({ currentTarget }) => {
          const given = currentTarget.valueAsNumber;
          onChange(given, true);
          // a value that was refused does not stay
          if (given !== value) currentTarget.value = String(value);
        }}
      />
    </div>
  );
}
