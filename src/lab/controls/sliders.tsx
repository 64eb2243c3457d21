/** Sliders for numbers of a config. */
import type { Lab } from "../state/lab.js";
import { fieldOf, withField } from "./fieldOf.js";
import type { Scale } from "./scale.js";
import { Slider } from "./slider.js";

export interface NumberField {
  path: string;
  label: string;
  title: string;
  scale: Scale;
}

/** Sliders for those fields that the config has. */
export function Sliders({ lab, fields }: { lab: Lab; fields: readonly NumberField[] }) {
  const config = lab.focused.value.config.value;
  return (
    <>
      {fields.map(({ path, label, title, scale }) => {
        const value = fieldOf(config, path);
        return typeof value === "number" ? (
          <Slider
            key={path}
            label={label}
            title={title}
            scale={scale}
            value={value}
            onChange={(next, isEnd) => lab.change(withField(config, path, next), { commit: isEnd })}
          />
        ) : null;
      })}
    </>
  );
}
