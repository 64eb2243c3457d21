/**
 * Shaders put together: a .wgsl file says in its head which others it uses and which buffers it reads and writes; what is
 * the same for all of them comes before it. So a pipeline's bindings follow from the file, and nothing from a string.
 */

import accumulate from "./shaders/accumulate.wgsl";
import backward from "./shaders/backward.wgsl";
import columns from "./shaders/columns.wgsl";
import draw from "./shaders/draw.wgsl";
import entropies from "./shaders/entropies.wgsl";
import error from "./shaders/error.wgsl";
import finish from "./shaders/finish.wgsl";
import gather from "./shaders/gather.wgsl";
import group from "./shaders/group.wgsl";
import inputGradient from "./shaders/inputGradient.wgsl";
import logits from "./shaders/logits.wgsl";
import loss from "./shaders/loss.wgsl";
import optimizer from "./shaders/optimizer.wgsl";
import pairLosses from "./shaders/pairLosses.wgsl";
import predict from "./shaders/predict.wgsl";
import random from "./shaders/random.wgsl";
import softmax from "./shaders/softmax.wgsl";
import source from "./shaders/source.wgsl";
import squares from "./shaders/squares.wgsl";
import subtractPairs from "./shaders/subtractPairs.wgsl";
import total from "./shaders/total.wgsl";
import update from "./shaders/update.wgsl";
import updateNorm from "./shaders/updateNorm.wgsl";

const shared: Record<string, string> = { random, source, optimizer, total };
const shaders = {
  accumulate,
  backward,
  columns,
  draw,
  entropies,
  error,
  finish,
  gather,
  group,
  inputGradient,
  logits,
  loss,
  pairLosses,
  predict,
  softmax,
  squares,
  subtractPairs,
  update,
  updateNorm,
};
export type ShaderName = keyof typeof shaders;

/** What a run's shaders are made for: pipeline-overridable constants, the same in all of them. */
export interface Constants {
  V: number;
  D: number;
  /** Pairs of a step; of no meaning where gradients are exact. */
  B: number;
  /** Slots of a block. */
  WIDTH: number;
  /** Tokens of a chunk of a column, and how many chunks there are. */
  ROWS: number;
  CHUNKS: number;
  /** Slices of the vocabulary that dx is summed in. */
  SLICES: number;
  NORM: number;
  OPTIMIZER: number;
  HAS_STATE: number;
  EXACT: number;
  TARGET_KIND: number;
  TOPIC_COUNT: number;
  TOPIC_THRESHOLD: number;
  TOPIC_ALWAYS: number;
  TOPIC_STRENGTH: number;
}
const FLOATS = new Set<keyof Constants>(["TOPIC_STRENGTH"]);

/** Words of `control`: steps done of the submission, distinct inputs, whether a loss was not finite. */
export const Control = { step: 0, distinct: 1, stopped: 2 } as const;
export const CONTROL_WORDS = 4;
/** Words of what a dispatch is told: see Block. */
export const BLOCK_WORDS = 5;

export interface Block {
  first: number;
  pairs: number;
  ofStep: number;
  isEmbedding: number;
  isUnembedding: number;
}

const prelude = (constants: Constants): string => `
${Object.keys(constants)
  .map((name) => `override ${name}: ${FLOATS.has(name as keyof Constants) ? "f32" : "u32"};`)
  .join("\n")}
const STEP = ${Control.step}u;
const DISTINCT = ${Control.distinct}u;
const STOPPED = ${Control.stopped}u;
struct Block {
  first: u32,
  pairs: u32,
  ofStep: u32,
  isEmbedding: u32,
  isUnembedding: u32,
}
@group(1) @binding(0) var<uniform> block: Block;
`;

interface Binding {
  name: string;
  type: string;
  access: "read" | "read_write";
}

/** What stands behind `word:` in a file's head. */
const headOf = (text: string, word: string): string[] => {
  const line = new RegExp(`^// ${word}: (.*)$`, "m").exec(text)?.[1];
  return line === undefined ? [] : line.split(",").map((part) => part.trim());
};

const bindingsOf = (text: string): Binding[] =>
  (["reads", "writes"] as const).flatMap((word) =>
    headOf(text, word).map((part) => {
      const [name, type] = part.split(": ");
      return { name, type, access: word === "reads" ? ("read" as const) : ("read_write" as const) };
    }),
  );

export interface Program {
  pipeline: GPUComputePipeline;
  buffers: string[];
}

/** The pipeline of a shader on a device; what is wrong with one goes to the device's error scopes. */
export function createProgram(
  device: GPUDevice,
  name: ShaderName,
  constants: Constants,
  blockLayout: GPUBindGroupLayout,
): Program {
  const text = shaders[name];
  const bindings = bindingsOf(text);
  const declared = bindings.map(
    ({ name, type, access }, i) =>
      `@group(0) @binding(${i}) var<storage, ${access}> ${name}: array<${type}>;`,
  );
  const used = headOf(text, "uses").map((other) => shared[other]);
  const module = device.createShaderModule({
    label: name,
    code: [prelude(constants), ...declared, ...used, text].join("\n"),
  });
  const layout = device.createBindGroupLayout({
    entries: bindings.map(({ access }, binding) => ({
      binding,
      visibility: 4,
      buffer: { type: access === "read" ? "read-only-storage" : "storage" },
    })),
  });
  const pipeline = device.createComputePipeline({
    label: name,
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout, blockLayout] }),
    compute: { module, entryPoint: "main", constants: { ...constants } },
  });
  return { pipeline, buffers: bindings.map((binding) => binding.name) };
}
