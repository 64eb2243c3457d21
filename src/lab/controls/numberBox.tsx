/** A number that is typed: what is typed stays until it is entered or left, however often the page is drawn meanwhile. */
import type { InputHTMLAttributes } from "preact";
import { useRef } from "preact/hooks";

interface Props extends Pick<InputHTMLAttributes, "min" | "max" | "step" | "title" | "aria-label"> {
  value: number;
  onChange: (value: number) => void;
}

export function NumberBox({ value, onChange, ...attributes }: Props) {
  const typed = useRef<string | undefined>(undefined);
  return (
    <input
      {...attributes}
      type="number"
      value={typed.current ?? value}
      onInput={({ currentTarget }) => {
        typed.current = currentTarget.value;
      }}
      onChange={({ currentTarget }) => {
        typed.current = undefined;
        const given = currentTarget.valueAsNumber;
        onChange(given);
        // a value that was refused does not stay
        if (given !== value) currentTarget.value = String(value);
      }}
      onBlur={({ currentTarget }) => {
        if (typed.current === undefined) return;
        typed.current = undefined;
        currentTarget.value = String(value);
      }}
    />
  );
}
