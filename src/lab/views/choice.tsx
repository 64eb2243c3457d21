import type { JSX } from "preact";

export interface ToggleProps {
  checked: boolean;
  onChange(checked: boolean): void;
  children: string;
}

export const Toggle = ({ checked, onChange, children }: ToggleProps): JSX.Element => (
  <label class="choice">
    <input
      type="checkbox"
      checked={checked}
      onChange={({ currentTarget }) => onChange(currentTarget.checked)}
    />
    {children}
  </label>
);

export interface ChoiceProps<Value extends string> {
  name: string;
  value: Value;
  /** Values and what they are called. */
  of: readonly (readonly [Value, string])[];
  onChange(value: Value): void;
}

export const Choice = <Value extends string>({
  name,
  value,
  of,
  onChange,
}: ChoiceProps<Value>): JSX.Element => (
  <select
    class="choice"
    aria-label={name}
    value={value}
    onChange={({ currentTarget }) => onChange(currentTarget.value as Value)}
  >
    {of.map(([one, text]) => (
      <option key={one} value={one}>
        {text}
      </option>
    ))}
  </select>
);
