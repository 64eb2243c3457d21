/**
 * Shaders put together. A .wgsl file says in its head which others it uses, and which stores and arrays it reads and writes; so
 * its bindings follow from the file, and nothing from a string. An array with a type behind its name may be missing. Before it come what all have in common: the run's constants and
 * what a dispatch is told.
 */
import type { Field } from "./fields.js";
import type { Plan, Variant } from "./plan.js";
import { type ShaderName, shaders, shared } from "./shaders.js";

/** What a dispatch is told, a word each. */
export const blockFields = [
  /** Slot that a block of distinct inputs begins at, or pair that a list does. */
  "first",
  /** Step in the submission. */
  "step",
  /** Rows of the vocabulary in this shard, and the first of them. */
  "rows",
  "firstRow",
  /** Where a shard's tiles, slices, chunks and slices of a Gram matrix are among those of all. */
  "firstTile",
  "firstSlice",
  "firstChunk",
  "firstGram",
  /** Pairs to draw; of an evaluation 1 where single pairs are what counts. */
  "pairs",
  "purpose",
  "isStep",
  /** Whether it is the last block of a step. */
  "isLast",
  "isEmbedding",
  "isUnembedding",
] as const;
export type BlockField = (typeof blockFields)[number];
export type Block = Readonly<Partial<Record<BlockField, number>>>;

const structs = `
struct Control {
  stopped: u32,
  done: u32,
  loss: f32,
  spare: u32,
}
struct Member {
  seed: vec2u,
  firstStep: u32,
  count: u32,
  table: u32,
  source: u32,
  stamp: u32,
  spare: u32,
}
struct Block {
${blockFields.map((name) => `  ${name}: u32,`).join("\n")}
}
@group(1) @binding(0) var<uniform> block: Block;
`;

/** What stands behind `word:` in a file's head. */
const headOf = (text: string, word: string): string[] => {
  const line = new RegExp(`^// ${word}: (.*)$`, "m").exec(text)?.[1];
  return line === undefined ? [] : line.split(",").map((part) => part.trim());
};

/** A file with those that it uses before it, each once. */
function withUsed(name: string, text: string, seen = new Set<string>()): string[] {
  if (seen.has(name)) return [];
  seen.add(name);
  const used = headOf(text, "uses").flatMap((other) => withUsed(other, shared[other], seen));
  return [...used, text];
}

/** Types of the arrays that are no part of a store. */
const elementOf = (name: string): string => (name === "parts" ? "vec2f" : "vec4f");

/** The name of a store’s type. */
const structName = (store: string): string => store[0].toUpperCase() + store.slice(1);

const structOf = (name: string, fields: Record<string, Field>): string =>
  `struct ${name} {\n${Object.entries(fields)
    .map(([field, { type, count }]) => `  ${field}: array<${type}, ${count}>,`)
    .join("\n")}\n}`;

export interface Program {
  pipeline: GPUComputePipeline;
  /** Stores and arrays in the order of their bindings. */
  buffers: string[];
}

/** The pipeline of a shader on a device; what is wrong with one goes to the device's error scopes. */
export function createProgram(
  device: GPUDevice,
  name: ShaderName,
  plan: Plan,
  variant: Variant,
  blockLayout: GPUBindGroupLayout,
): Program {
  const text = shaders[name];
  const constants = { ...plan.constants, ...plan.variants[variant] };
  const named = (["reads", "writes"] as const).flatMap((word) =>
    headOf(text, word).map((part) => {
      const [buffer, element] = part.split(": ");
      return { buffer, element, access: word === "reads" ? "read" : "read_write" };
    }),
  );
  // those with a type may be missing, and take no binding then, of which there are few
  const isAbsent = ({ buffer, element }: (typeof named)[number]) =>
    element !== undefined && plan.resident?.absent.includes(buffer) === true;
  const bindings = named.filter((part) => !isAbsent(part));
  const declared = [
    ...named.filter(isAbsent).map(({ buffer, element }) => `var<private> ${buffer}: array<${element}, 1>;`),
    ...bindings.flatMap(({ buffer, element = elementOf(buffer), access }, i) => {
      const fields = plan.stores[variant === "list" && buffer === "batch" ? "list" : buffer];
      const type = fields ? structName(buffer) : `array<${element}>`;
      return [
        ...(fields ? [structOf(type, fields)] : []),
        `@group(0) @binding(${i}) var<storage, ${access}> ${buffer}: ${type};`,
      ];
    }),
  ];
  const lines = Object.entries(constants).map(([constant, value]) =>
    constant === "TOPIC_STRENGTH" ? `const ${constant} = f32(${value});` : `const ${constant} = ${value}u;`,
  );
  const module = device.createShaderModule({
    label: name,
    code: [...lines, structs, ...declared, ...withUsed(name, text)].join("\n"),
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
    compute: { module, entryPoint: "main" },
  });
  return { pipeline, buffers: bindings.map(({ buffer }) => buffer) };
}
