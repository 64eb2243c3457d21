/** The panels of the page as the report's figures. */
import { curves, type Observable, type Runs } from "../../analysis/series.js";
import { type PanelOptions, panel } from "../../figures/panel.js";
import { referenceDashes } from "../../figures/seriesLook.js";
import { logTicks } from "../../figures/ticks.js";
import type { RunConfig } from "../../index.js";
import { fitOf } from "../charts/fit.js";
import type { Lab, LabRun } from "../state/lab.js";
import { settingOf, withCaption } from "./caption.js";
import { namesOf } from "./files.js";
import { frameFigures } from "./frameFigures.js";
import { type Offer, pictureSize } from "./offer.js";
import { resultsOf } from "./results.js";

const labelOf = ({ letter, label }: LabRun): string => [letter, label.value].filter(Boolean).join(": ");
const over = (runs: readonly LabRun[]): string =>
  runs.some(({ replicas }) => replicas.value.length > 1)
    ? "Mean over seeds and a band of one standard deviation."
    : "One seed a run.";
const configsOf = (runs: readonly LabRun[]): RunConfig[] =>
  runs.flatMap(({ replicas }) => replicas.value.map(({ config }) => config));

/** Steps of an axis. */
function stepAxis(runs: Runs, log: boolean): Pick<PanelOptions, "log" | "xDomain" | "xTickValues"> {
  const steps = [...runs.values()].flat().flatMap(({ records }) => records.map(({ step }) => step));
  const last = Math.max(1, ...[...runs.values()].flat().map(({ config }) => config.steps));
  if (!log) return { xDomain: [0, last] };
  const first = steps.reduce((least, step) => (step > 0 && step < least ? step : least), last);
  return { log: { x: true }, xDomain: [first, last], xTickValues: logTicks(first, last, 5, true) };
}

interface Curves {
  name: string;
  title: string;
  caption: string;
  y: string;
  observable: Observable;
  logY?: boolean;
  /** Whether its axis begins at 0. */
  fromZero?: boolean;
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
  const runs: Runs = new Map(chosen.map((run) => [labelOf(run), resultsOf(run)]));
  const conditions = all.map(labelOf);
  const { logX } = lab.view.value;
  const measures = (observable: Observable, log = false): boolean =>
    curves([...runs.keys()], runs, observable).some(({ step, mean }) => !log || (step > 0 && mean > 0));
  const curveOffer = ({
    name,
    title,
    caption,
    y,
    observable,
    logY = false,
    fromZero,
    ...lines
  }: Curves): Offer[] =>
    measures(observable, logY)
      ? [
          {
            name,
            title,
            file: namesOf(name, chosen),
            make: () => {
              const axis = stepAxis(runs, logX || logY);
              const rows = curves([...runs.keys()], runs, observable);
              const top = rows.reduce((most, { high }) => Math.max(most, high), 0);
              const own = panel({
                ...{ rows, conditions, y },
                ...(fromZero && top > 0 ? { yDomain: [0, 1.05 * top] } : {}),
                ...axis,
                log: { ...axis.log, y: logY },
                ...lines,
                ...pictureSize,
              });
              const drawn = withCaption(own, title, [settingOf(configsOf(chosen)), over(chosen)]);
              return { name, caption: `${caption} ${over(chosen)}`, panels: [drawn] };
            },
          },
        ]
      : [];
  const focused = lab.focused.value;
  return [
    ...curveOffer({
      ...{ name: "loss", title: "Loss", y: "loss (nats)", observable: "loss" },
      caption: "Population loss.",
      rules: floors(chosen),
    }),
    ...curveOffer({
      ...{ name: "excess-loss", title: "Excess loss", y: "excess loss (nats)", observable: "excessLoss" },
      caption: "Excess loss, both axes logarithmic.",
      logY: true,
      segments: fits(lab, chosen),
    }),
    ...decompositionOffer(focused, logX),
    ...curveOffer({
      ...{ name: "effective-dimension", title: "Effective dimension", y: "effective dimension n_eff" },
      observable: "effectiveDimension",
      fromZero: true,
      caption: "Effective dimension of the embedding.",
    }),
    ...frameFigures(lab),
  ];
}

const parts = {
  "error of the mean prediction": "marginalError",
  "captured information": "capturedInformation",
  "dependence on the input": "inputDependence",
} as const satisfies Record<string, Observable>;

/** What the loss of the focused run is made of, where its targets depend on their inputs. */
function decompositionOffer(run: LabRun, logX: boolean): Offer[] {
  const results = resultsOf(run);
  const rows = Object.entries(parts).flatMap(([label, observable]) =>
    curves([label], new Map([[label, results]]), observable),
  );
  if (rows.length === 0) return [];
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
              ...{ rows, conditions: Object.keys(parts), y: "part of the loss (nats)", ...pictureSize },
              ...stepAxis(new Map([["", results]]), logX),
            }),
            `Decomposition of ${labelOf(run)}`,
            [settingOf(configsOf([run])), over([run])],
          ),
        ],
      }),
    },
  ];
}
