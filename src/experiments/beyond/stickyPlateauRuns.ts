/** The settings of the sticky plateau, and which arms each is run in. */
import type { Condition } from "../experiment.js";
import { type Arm, armCondition, armLabel, type Rates } from "./warmupArms.js";

type Config = Condition["config"];

/** What is otherwise than in the main design: a layernorm, untied, no weight decay, β₂ 0.999, batches of 128. */
const variations = {
  rmsnorm: { norm: "rmsnorm" },
  "no norm": { norm: "none" },
  tied: { tied: true },
  "weight decay 0.1": { optimizer: { kind: "adam", weightDecay: 0.1 } },
  "β₂ 0.95": { optimizer: { kind: "adam", beta2: 0.95 } },
  "B 1024": { batchSize: 1024 },
} satisfies Record<string, Partial<Config>>;

export type Variation = keyof typeof variations;

export interface Setting {
  vocabSize: number;
  /** Of the Zipf law. */
  exponent: number;
  /** The rate until it drops. */
  peak: number;
  variation?: Variation;
  /** The rate from the drop on; 0.01 when left out. */
  low?: number;
  /** All seeds have the same drawing of the data. */
  oneDrawing?: boolean;
}

/** The rate drops at step 500, from where on `usualLow` holds; the warmup takes 200 steps. */
export const hold = 500;
export const warmupSteps = 200;
const usualLow = 0.01;

/** "V 300, α 0.5, peak 0.3, rmsnorm" */
export const nameOf = ({ vocabSize, exponent, peak, variation, low, oneDrawing }: Setting): string =>
  [
    `V ${vocabSize}`,
    `α ${exponent}`,
    `peak ${peak}`,
    ...(low === undefined ? [] : [`then ${low}`]),
    ...(variation ? [variation] : []),
    ...(oneDrawing ? ["one drawing"] : []),
  ].join(", ");

/** What an arm's condition is called after; a run whose rate was never high has no peak. */
const headOf = (setting: Setting, arm: Arm): string =>
  arm === "never high" ? `V ${setting.vocabSize}, α ${setting.exponent}` : nameOf(setting);

/** A condition's label. */
export const labelOf = (setting: Setting, arm: Arm): string => armLabel(headOf(setting, arm), arm);

const ratesOf = ({ peak, low = usualLow }: Setting): Rates => ({
  peak,
  hold,
  low,
  warmup: warmupSteps,
});

const pair: Arm[] = ["no warmup", "warmup"];

export interface Design {
  setting: Setting;
  arms: Arm[];
  /** Steps of its runs. */
  steps: number;
}

const exponents = [0.5, 1];
const peaks = [0.03, 0.1, 0.3];
export const highest = 0.3;
/** From here on a rate is called high. */
const high = 0.1;

/** Nothing is otherwise than in the main design. */
export const isMain = ({ setting: { variation, oneDrawing } }: Design): boolean => !variation && !oneDrawing;
export const isHigh = ({ setting: { peak } }: Design): boolean => peak >= high;

/** The whole design; the quick one is of V = 300 and the highest peak alone. */
export function designOf(quick: boolean): Design[] {
  if (quick)
    return [
      {
        setting: { vocabSize: 300, exponent: 0.5, peak: highest },
        arms: [...pair, "equal sum", "rescaled", "warmup, rescaled", "never high"],
        steps: 2000,
      },
      { setting: { vocabSize: 300, exponent: 1, peak: highest }, arms: pair, steps: 2000 },
      ...(["weight decay 0.1", "no norm"] as const).map(
        (variation): Design => ({
          setting: { vocabSize: 300, exponent: 0.5, peak: highest, variation },
          arms: pair,
          steps: 2000,
        }),
      ),
    ];
  const main = [300, 1000].flatMap((vocabSize) =>
    exponents.flatMap((exponent) =>
      peaks.map((peak): Design => {
        const controls: Arm[] = [
          "equal sum",
          "rescaled",
          ...(vocabSize === 300 || peak === 0.1 ? (["warmup, rescaled"] as const) : []),
        ];
        return {
          setting: { vocabSize, exponent, peak },
          arms: [
            ...pair,
            ...(peak < high ? [] : controls),
            ...(peak === highest ? (["never high"] as const) : []),
          ],
          steps: 4000,
        };
      }),
    ),
  );
  const varied = exponents.flatMap((exponent) =>
    (Object.keys(variations) as Variation[]).flatMap((variation) =>
      // without a norm a lower peak too: a higher one may leave nothing but noise
      (variation === "no norm" ? [0.1, highest] : [highest]).map(
        (peak): Design => ({
          setting: { vocabSize: 300, exponent, peak, variation },
          arms: pair,
          steps: 4000,
        }),
      ),
    ),
  );
  // settings in which others have measured the lag
  const measured: Design[] = [
    {
      setting: { vocabSize: 300, exponent: 0.5, peak: highest, oneDrawing: true },
      arms: [...pair, "equal sum"],
      steps: 4000,
    },
    { setting: { vocabSize: 1000, exponent: 1, peak: 0.05 }, arms: pair, steps: 2500 },
    { setting: { vocabSize: 1000, exponent: 1, peak: 0.1, variation: "tied" }, arms: pair, steps: 2500 },
    {
      setting: { vocabSize: 300, exponent: 1, peak: 0.03, low: 0.003, variation: "no norm" },
      arms: pair,
      steps: 2500,
    },
  ];
  return [...main, ...varied, ...measured];
}

const configOf = ({ vocabSize, exponent, variation, oneDrawing }: Setting, steps: number): Config => ({
  vocabSize,
  embeddingDim: 32,
  distribution: { kind: "zipf", exponent },
  targets: { kind: "low-rank", rank: 8, scale: 1 },
  tied: false,
  norm: "layernorm",
  batchSize: 128,
  steps,
  // often enough to see how fast it falls at first, where that is drawn and cheap
  evaluateEvery: vocabSize === 300 && !variation && !oneDrawing ? 50 : 100,
  evaluation: { kind: "exact" },
  spectrum: false,
  ...(variation ? variations[variation] : {}),
});

export const conditionsOf = (quick: boolean): Condition[] =>
  designOf(quick).flatMap(({ setting, arms, steps }) =>
    arms.map((arm) =>
      armCondition(headOf(setting, arm), arm, ratesOf(setting), {
        config: configOf(setting, steps),
        ...(setting.oneDrawing ? {} : { drawing: "each seed" as const }),
        ...(quick ? { seeds: 3 } : {}),
      }),
    ),
  );
