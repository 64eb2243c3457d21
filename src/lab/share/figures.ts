/** The panels of the page as the report's figures. */
import { type PanelOptions, panel } from "../../figures/panel.js";
import { referenceDashes } from "../../figures/seriesLook.js";
import { logTicks } from "../../figures/ticks.js";
import type { RunConfig } from "../../index.js";
import { type Curve, curveOf, extent, lastStepOf, type Quantity, roomy, stepSpan } from "../charts/curves.js";
import { fitOf } from "../charts/fit.js";
import type { Lab, LabRun } from "../state/lab.js";
import { settingOf, withCaption } from "./caption.js";
import { namesOf } from "./files.js";
import { frameFigures } from "./frameFigures.js";
import { type Offer, pictureSize } from "./offer.js";

const labelOf = ({ letter, label }: LabRun): string => [letter, label.value].filter(Boolean).join(": ");
const over = (runs: readonly LabRun[]): string =>
  runs.some(({ replicas }) => replicas.value.length > 1)
    ? "Mean over seeds and a band from the smallest to the largest."
    : "One seed a run.";
const configsOf = (runs: readonly LabRun[]): RunConfig[] =>
  runs.flatMap(({ replicas }) => replicas.value.map(({ config }) => config));

/** The page's curves as rows of a panel; what was not measured is none. */
const rowsOf = (curves: readonly (readonly [condition: string, curve: Curve])[]): PanelOptions["rows"] =>
  curves.flatMap(([condition, { steps, values, low, high }]) =>
    steps.flatMap((step, i) => {
      const mean = values[i];
      return mean === null ? [] : [{ condition, step, mean, low: low?.[i] ?? mean, high: high?.[i] ?? mean }];
    }),
  );

/** Axes that span what the page's do. */
function axesOf(
  curves: readonly Curve[],
  {
    last,
    logX,
    logY = false,
    levels = [],
  }: { last: number; logX: boolean; logY?: boolean; levels?: number[] },
): Pick<PanelOptions, "log" | "xDomain" | "xTickValues" | "yDomain" | "yTickValues"> {
  const xDomain = stepSpan(curves, last, logX);
  const yDomain = roomy(extent(curves, logY, levels) ?? (logY ? [0.1, 1] : [0, 1]), logY);
  return {
    ...{ log: { x: logX, y: logY }, xDomain, yDomain },
    ...(logX ? { xTickValues: logTicks(...xDomain, 5, true) } : {}),
    ...(logY ? { yTickValues: logTicks(...yDomain) } : {}),
  };
}

interface Curves {
  name: string;
  title: string;
  caption: string;
  y: string;
  quantity: Quantity;
  logY?: boolean;
  rules?: PanelOptions["rules"];
  segments?: PanelOptions["segments"];
}

/** Entropies that all these runs share: floors of the loss. */
function floors(runs: readonly LabRun[]): NonNullable<PanelOptions["rules"]> {
  const all = runs.flatMap(({ replicas }) => replicas.value);
  const only = (values: (number | undefined)[]): number | undefined =>
    new Set(values).size === 1 ? values[0] : undefined;
  const [h, conditional] = [
    only(all.map(({ entropy }) => entropy)),
    only(all.map(({ conditionalEntropy }) => conditionalEntropy)),
  ];
  return [
    ...(h === undefined ? [] : [{ label: `H: ${h.toFixed(3)}`, value: h }]),
    ...(conditional === undefined || conditional === h
      ? []
      : [{ label: `H − I: ${conditional.toFixed(3)}`, value: conditional }]),
  ];
}

/** Lines of β in the page's window, where there is one: as many as have dashes of their own. */
function fits(lab: Lab, runs: readonly LabRun[]): NonNullable<PanelOptions["segments"]> {
  const window = lab.view.value.fit;
  if (!window) return [];
  return runs.slice(0, referenceDashes.length).flatMap((run) => {
    const { text, line } = fitOf(run.replicas.value, window);
    if (!line) return [];
    const at = (step: number): [number, number] => [
      step,
      Math.exp(line.intercept - line.exponent * Math.log(step)),
    ];
    return [{ label: `${run.letter}: ${text}`, from: at(window[0]), to: at(window[1]) }];
  });
}

/**
 * @param all runs of the page, which have their colours by their place
 * @param chosen those that are drawn
 */
export function offers(lab: Lab, all: readonly LabRun[], chosen: readonly LabRun[]): Offer[] {
  const conditions = all.map(labelOf);
  const { logX } = lab.view.value;
  const curveOffer = ({ name, title, caption, y, quantity, logY = false, ...lines }: Curves): Offer[] => {
    const curves = chosen.map((run) => curveOf(run, quantity));
    if (!extent(curves, logY)) return [];
    const levels = (lines.rules ?? []).map(({ value }) => value);
    const make = () => {
      const own = panel({
        ...{ rows: rowsOf(curves.map((curve, i) => [labelOf(chosen[i]), curve])), conditions, y },
        ...axesOf(curves, { last: lastStepOf(chosen), logX: logX || logY, logY, levels }),
        ...{ ...lines, ...pictureSize, wholeBands: true },
      });
      const drawn = withCaption(own, title, [settingOf(configsOf(chosen)), over(chosen)]);
      return { name, caption: `${caption} ${over(chosen)}`, panels: [drawn] };
    };
    return [{ ...{ name, title, make }, file: namesOf(name, chosen) }];
  };
  const focused = lab.focused.value;
  return [
    ...curveOffer({
      ...{ name: "loss", title: "Loss", y: "loss (nats)", quantity: "loss" },
      caption: "Population loss.",
      rules: floors(chosen),
    }),
    ...curveOffer({
      ...{ name: "excess-loss", title: "Excess loss", y: "excess loss (nats)", quantity: "excessLoss" },
      caption: "Excess loss, both axes logarithmic.",
      logY: true,
      segments: fits(lab, chosen),
    }),
    ...decompositionOffer(focused, logX),
    ...curveOffer({
      ...{ name: "effective-dimension", title: "Effective dimension", y: "effective dimension n_eff" },
      quantity: "effectiveDimension",
      caption: "Effective dimension of the embedding.",
    }),
    ...frameFigures(lab),
  ];
}

const parts = {
  "error of the mean prediction": "marginalError",
  "captured information": "capturedInformation",
  "dependence on the input": "inputDependence",
} as const satisfies Record<string, Quantity>;

/** What the loss of the focused run is made of, where its targets depend on their inputs. */
function decompositionOffer(run: LabRun, logX: boolean): Offer[] {
  const curves = Object.values(parts).map((quantity) => curveOf(run, quantity));
  if (!extent(curves, false)) return [];
  const conditions = Object.keys(parts);
  return [
    {
      name: "decomposition",
      title: `Decomposition of ${run.letter}`,
      file: namesOf("decomposition", [run]),
      make: () => ({
        name: "decomposition",
        caption: `What the excess loss of ${labelOf(run)} is made of. ${over([run])}`,
        panels: [
          withCaption(
            panel({
              ...{ rows: rowsOf(curves.map((curve, i) => [conditions[i], curve])), conditions },
              ...{ y: "part of the loss (nats)", ...pictureSize },
              ...axesOf(curves, { last: lastStepOf([run]), logX }),
            }),
            `Decomposition of ${labelOf(run)}`,
            [settingOf(configsOf([run])), over([run])],
          ),
        ],
      }),
    },
  ];
}
