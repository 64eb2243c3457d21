/** What help.ts says of a field, as it is shown. */
import type { Field, FieldType } from "./fields.js";
import { type Help, help } from "./help.js";

const called: Record<FieldType, string> = {
  number: "x",
  boolean: "",
  choice: "name",
  kind: "kind",
  schedule: "rate",
  list: "json",
  text: "text",
};

const helpOf = ({ path }: Field): Help => help[path.replace(/\.kind$/, "")] ?? { text: "" };

/** What it is, with its unit: "size of a batch, in pairs". */
export function meaningOf(field: Field): string {
  const { text, unit } = helpOf(field);
  return unit === undefined ? text : `${text}, in ${unit}`;
}

/** What its value is called. */
export const valueName = (field: Field): string => helpOf(field).value ?? called[field.type];

/** What it is when nobody sets it, as it is said; undefined where it must be given. */
export const defaultOf = (field: Field): string | undefined => helpOf(field).byDefault ?? field.byDefault;

/**
 * What it means and what it is when nobody sets it: "size of a batch, in pairs (default: 128)".
 * @param more behind the meaning
 */
export function explained(field: Field, more = ""): string {
  const byDefault = defaultOf(field);
  return meaningOf(field) + more + (byDefault === undefined ? "" : ` (default: ${byDefault})`);
}
