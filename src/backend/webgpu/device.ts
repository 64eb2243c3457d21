/** The buffers of a group of runs on a device: made, written, read, destroyed; and dispatches over them. */
import { ConfigError } from "../../configError.js";
import type { EncodePass } from "./clock.js";
import { placesOf, wordsOf } from "./fields.js";
import type { Plan, Shard, Variant } from "./plan.js";
import type { Block } from "./program.js";
import { ALIGN, Blocks, type Dispatch, replay } from "./recorder.js";
import type { Session } from "./session.js";
import type { ShaderName } from "./shaders.js";

/** What buffers are for, by the numbers of GPUBufferUsage, which Node has not. */
const STORAGE = 0x80 | 0x08 | 0x04;
const UNIFORM = 0x40 | 0x08;
const STAGING = 0x01 | 0x08;
/** Words that are copied out at a time: 64 MiB. */
const STAGING_WORDS = 2 ** 24;

/** Words of a store's array (or of a plain buffer), from an element on. */
export interface Part {
  buffer: string;
  field?: string;
  /** Words from the beginning of the array. */
  at?: number;
  words: number;
  shard?: number;
}

type Data = Uint32Array | Float32Array;

export class DeviceBuffers {
  readonly session: Session;
  readonly plan: Plan;
  readonly blocks: Blocks;
  readonly #device: GPUDevice;
  readonly #buffers = new Map<string, GPUBuffer[]>();
  readonly #places: Record<string, Record<string, number>>;
  readonly #groups = new Map<string, GPUBindGroup>();
  #blockGroup!: GPUBindGroup;

  constructor(session: Session, plan: Plan) {
    this.session = session;
    this.plan = plan;
    this.#device = session.device;
    this.#places = Object.fromEntries(
      Object.entries(plan.stores).map(([name, fields]) => [name, placesOf(fields).places]),
    );
    this.blocks = new Blocks(plan.told.capacity, (data, at) =>
      this.#writeTo(this.#of("blocks")[0], data, at),
    );
  }

  /**
   * @param begin writes what is in them at first
   * @throws ConfigError when the device has no room for them
   */
  async make(begin: () => void): Promise<void> {
    const { stores, arrays, shards, sharded, bytes } = this.plan;
    const device = this.#device;
    device.pushErrorScope("out-of-memory");
    device.pushErrorScope("validation");
    const make = (label: string, size: number, usage = STORAGE) =>
      device.createBuffer({ label, size: Math.max(16, size), usage });
    for (const [name, fields] of Object.entries(stores))
      this.#buffers.set(name, [make(name, 4 * placesOf(fields).words)]);
    for (const [name, words] of Object.entries(arrays))
      this.#buffers.set(
        name,
        (sharded.has(name) ? shards : [0]).map(() => make(name, 4 * words)),
      );
    this.#buffers.set("blocks", [make("blocks", ALIGN * this.plan.told.capacity, UNIFORM)]);
    this.#blockGroup = device.createBindGroup({
      layout: this.session.blockLayout,
      entries: [{ binding: 0, resource: { buffer: this.#of("blocks")[0], size: 64 } }],
    });
    begin();
    device.queue.submit([]);
    const scopes = Promise.all([device.popErrorScope(), device.popErrorScope()]);
    const [error] = (await this.session.orLost(scopes)).filter((found) => found !== null);
    if (error)
      throw new ConfigError(
        `vocabSize × embeddingDim: this takes ${bytes} bytes on the GPU, which refused them (${error.message.trim().split("\n")[0]})`,
      );
  }

  /** Writes into an array of a store, or a plain buffer, from an element on. */
  write(buffer: string, field: string | undefined, data: Data, element = 0, shard = 0): void {
    const words = field === undefined ? 1 : wordsOf(this.plan.stores[buffer][field].type);
    this.#writeTo(this.#of(buffer)[shard], data, this.#placeOf(buffer, field) + element * words);
  }

  #writeTo(buffer: GPUBuffer, data: Data, at: number): void {
    if (data.length > 0) this.#device.queue.writeBuffer(buffer, 4 * at, data as Uint32Array<ArrayBuffer>);
  }

  clear(buffer: string, encoder: GPUCommandEncoder): void {
    for (const own of this.#of(buffer)) encoder.clearBuffer(own);
  }

  #of(name: string): GPUBuffer[] {
    return this.#buffers.get(name) as GPUBuffer[];
  }

  #placeOf(buffer: string, field: string | undefined): number {
    return field === undefined ? 0 : this.#places[buffer][field];
  }

  /**
   * A dispatch over a shard.
   * @param as other buffers in place of those that the shader names
   */
  dispatch(
    name: ShaderName,
    variant: Variant,
    shard: number,
    [x, y = 1, z = this.plan.members]: readonly number[],
    block: Block,
    as: Readonly<Record<string, string>> = {},
  ): Dispatch {
    const { pipeline, buffers } = this.session.program(name, this.plan, variant);
    const names = buffers.map((buffer) =>
      buffer === "batch" && variant === "list" ? "list" : this.#nameOf(as[buffer] ?? buffer),
    );
    const key = `${name} ${variant} ${shard} ${names.join()}`;
    let group = this.#groups.get(key);
    if (!group) {
      group = this.#device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: names.map((own, binding) => ({
          binding,
          resource: { buffer: this.#of(own)[this.plan.sharded.has(own) ? shard : 0] },
        })),
      });
      this.#groups.set(key, group);
    }
    return {
      name,
      pipeline,
      group,
      block: this.blocks.placeOf({ ...shardWords(this.plan.shards[shard]), ...block }),
      x,
      y,
      z,
    };
  }

  /** A tied model's unembedding is its embedding. */
  #nameOf(buffer: string): string {
    return this.#buffers.has(buffer) ? buffer : buffer.replace("unembedding", "embedding");
  }

  /** One pass of these dispatches; more may be encoded behind it. */
  readonly encode: EncodePass = (encoder, dispatches, timestampWrites) => {
    const pass = encoder.beginComputePass(timestampWrites ? { timestampWrites } : {});
    replay(pass, dispatches, this.#blockGroup);
    pass.end();
  };

  submit(dispatches: readonly Dispatch[]): void {
    const encoder = this.#device.createCommandEncoder();
    this.encode(encoder, dispatches);
    this.#device.queue.submit([encoder.finish()]);
  }

  /** Copies parts into memory that the host can read, behind what is encoded; `arrived` gives them after the submission. */
  copyOut(encoder: GPUCommandEncoder, parts: readonly Part[]): { arrived: () => Promise<Float32Array[]> } {
    const words = parts.reduce((sum, part) => sum + part.words, 0);
    const staging = this.#device.createBuffer({ size: Math.max(16, 4 * words), usage: STAGING });
    let at = 0;
    for (const { buffer, field, at: from = 0, words: count, shard = 0 } of parts) {
      if (count > 0)
        encoder.copyBufferToBuffer(
          this.#of(buffer)[shard],
          4 * (this.#placeOf(buffer, field) + from),
          staging,
          4 * at,
          4 * count,
        );
      at += count;
    }
    return {
      arrived: async () => {
        try {
          await this.session.orLost(staging.mapAsync(1));
          const all = new Float32Array(staging.getMappedRange().slice(0));
          let from = 0;
          return parts.map(({ words: count }) => {
            from += count;
            return all.subarray(from - count, from);
          });
        } finally {
          staging.destroy();
        }
      },
    };
  }

  /** Runs dispatches and reads parts behind them, as much at a time as the host is to map. */
  async read(parts: readonly Part[], dispatches: readonly Dispatch[] = []): Promise<Float32Array[]> {
    if (dispatches.length > 0) this.submit(dispatches);
    const whole = parts.map(({ words }) => new Float32Array(words));
    let pieces: { part: number; from: number; words: number }[] = [];
    let room = STAGING_WORDS;
    const fetch = async () => {
      const encoder = this.#device.createCommandEncoder();
      const { arrived } = this.copyOut(
        encoder,
        pieces.map(({ part, from, words }) => ({ ...parts[part], at: (parts[part].at ?? 0) + from, words })),
      );
      this.#device.queue.submit([encoder.finish()]);
      for (const [i, read] of (await arrived()).entries()) whole[pieces[i].part].set(read, pieces[i].from);
      pieces = [];
      room = STAGING_WORDS;
    };
    for (const [part, { words: all }] of parts.entries())
      for (let from = 0; from < all; ) {
        const words = Math.min(room, all - from);
        pieces.push({ part, from, words });
        from += words;
        room -= words;
        if (room === 0) await fetch();
      }
    await fetch();
    return whole;
  }

  destroy(): void {
    // the device goes on for other runs
    for (const buffers of this.#buffers.values()) for (const buffer of buffers) buffer.destroy();
    this.#buffers.clear();
    this.#groups.clear();
    // writes that no submission has followed yet would hold them
    this.#device.queue.submit([]);
  }
}

const shardWords = ({ rows, firstRow, firstTile, firstSlice, firstChunk, firstGram }: Shard): Block => ({
  rows,
  firstRow,
  firstTile,
  firstSlice,
  firstChunk,
  firstGram,
});
