/** What varies between runs, as a scale: values are told apart by their keys, a legend or an axis shows their labels. */
import type { Cell } from "../formats/table.js";
import { labelsOf } from "./labels.js";

export interface ValueAxis {
  title: string;
  values: readonly Cell[];
}

export const valueScale = ({ values }: ValueAxis): { domain: string[]; labelExpr: string } => {
  const labels = labelsOf(values);
  return {
    domain: [...labels.keys()],
    labelExpr: `${JSON.stringify(Object.fromEntries(labels))}[datum.value]`,
  };
};
