import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeTensors, type GivenTensor } from "../../src/formats/safetensors.js";
import {
  ConfigError,
  createTrainer,
  decodeNpy,
  decodeSafetensors,
  encodeNpy,
  encodeSafetensors,
} from "../../src/index.js";

/** Debian's, where python3-numpy is, or whichever the path has. */
const hasNumpy = (python: string) => spawnSync(python, ["-c", "import numpy"]).status === 0;
const python = ["/usr/bin/python3", "python3"].find(hasNumpy) ?? "";
const withoutNumpy = python === "";

let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "unigram-lab-formats-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const odd = Float32Array.of(0, -0, 1e-45, 3.4e38, Number.POSITIVE_INFINITY, Number.NaN);

describe(".npy", () => {
  test("any array of any shape comes back", () => {
    fc.assert(
      fc.property(fc.float32Array({ maxLength: 60 }), fc.constantFrom(1, 2, 3), (data, columns) => {
        const rows = Math.floor(data.length / columns);
        const shape = columns === 1 ? [rows] : [rows, columns];
        const part = data.slice(0, rows * columns);
        expect(decodeNpy(encodeNpy(part, shape))).toEqual({ data: part, shape });
      }),
    );
  });

  test.each([
    ["something else", () => new Uint8Array(200), "npy: expected the bytes of a .npy file"],
    ["a cut file", () => encodeNpy(odd, [6]).slice(0, -1), "npy: expected 24 bytes of data, got 23"],
    ["a file with more", () => Uint8Array.of(...encodeNpy(odd, [6]), 0), "npy: expected 24 bytes of data"],
    ["a wrong shape", () => encodeNpy(odd, [2, 2]), "shape: expected sizes whose product is 6, got [2, 2]"],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => decodeNpy(bytes())).toThrow(message);
  });

  test("10,000 damaged files give an array or a ConfigError", () => {
    const whole = encodeNpy(Float32Array.from({ length: 12 }, Math.sqrt), [3, 4]);
    damage(whole, (bytes) => decodeNpy(bytes));
  });

  test.skipIf(withoutNumpy)("NumPy reads what we write, and we what it writes (python3-numpy)", async () => {
    const trainer = await createTrainer({ vocabSize: 7, embeddingDim: 5, norm: "layernorm" });
    await trainer.advance(3);
    const { embedding, gain } = await trainer.weights();
    await writeFile(join(dir, "embedding.npy"), encodeNpy(embedding, [7, 5]));
    await writeFile(join(dir, "gain.npy"), encodeNpy(gain as Float32Array, [5]));
    await writeFile(join(dir, "odd.npy"), encodeNpy(odd, [6]));
    const script = `
import numpy as np
embedding = np.load("embedding.npy")
assert embedding.dtype == np.float32 and embedding.shape == (7, 5), (embedding.dtype, embedding.shape)
assert np.load("gain.npy").shape == (5,)
np.save("doubled.npy", embedding.astype(np.float64) * 2)
np.save("again.npy", embedding)
np.save("odd-again.npy", np.load("odd.npy"))
np.save("fortran.npy", np.asfortranarray(embedding))
np.save("whole.npy", np.arange(4))
print(embedding[2, 3].astype(np.float64).item())`;
    const printed = execFileSync(python, ["-c", script], { cwd: dir, encoding: "utf8" });
    expect(Number(printed)).toBe(embedding[2 * 5 + 3]);
    const read = async (name: string) => decodeNpy(new Uint8Array(await readFile(join(dir, name))));
    expect(await read("again.npy")).toEqual({ data: embedding, shape: [7, 5] });
    expect(await read("doubled.npy")).toEqual({ data: embedding.map((x) => 2 * x), shape: [7, 5] });
    expect((await read("odd-again.npy")).data).toEqual(odd);
    await expect(read("fortran.npy")).rejects.toThrow("npy: expected row-major order");
    await expect(read("whole.npy")).rejects.toThrow("npy: expected descr '<f4' or '<f8', got '<i8'");
  });
});

describe("safetensors", () => {
  const config = { vocabSize: 7, embeddingDim: 5, tied: false, norm: "layernorm" } as const;

  test("a model leaves, enters, and is the same", async () => {
    const trainer = await createTrainer(config);
    await trainer.advance(5);
    const weights = await trainer.weights();
    const other = await createTrainer({ ...config, seed: 9 });
    await other.load(decodeSafetensors(encodeSafetensors(weights, config)));
    expect(await other.weights()).toEqual(weights);
    expect((await other.evaluate()).loss).toBe((await trainer.evaluate()).loss);
  });

  test.skipIf(withoutNumpy)("the file is what the format says, read by NumPy (python3-numpy)", async () => {
    const trainer = await createTrainer(config);
    await trainer.advance(2);
    const weights = await trainer.weights();
    await writeFile(join(dir, "weights.safetensors"), encodeSafetensors(weights, config));
    const script = `
import json, struct, numpy as np
raw = open("weights.safetensors", "rb").read()
(n,) = struct.unpack("<Q", raw[:8])
header, data = json.loads(raw[8:8 + n]), raw[8 + n:]
print(json.loads(header.pop("__metadata__")["config"])["norm"])
for name, t in header.items():
    a, b = t["data_offsets"]
    array = np.frombuffer(data[a:b], dtype="<f4").reshape(t["shape"])
    print(name, t["dtype"], array.shape, array.reshape(-1)[-1].astype(np.float64).item())
print(max(t["data_offsets"][1] for t in header.values()) - len(data), (8 + n) % 8)`;
    const lines = execFileSync(python, ["-c", script], { cwd: dir, encoding: "utf8" }).trim().split("\n");
    expect(lines[0]).toBe("layernorm");
    expect(lines.slice(1, 5).map((line) => line.replace(/ \S+$/, ""))).toEqual([
      "embedding F32 (7, 5)",
      "unembedding F32 (7, 5)",
      "gain F32 (5,)",
      "bias F32 (5,)",
    ]);
    expect(Number(lines[1].split(" ").at(-1))).toBe(weights.embedding.at(-1));
    expect(Number(lines[4].split(" ").at(-1))).toBe(weights.bias?.at(-1));
    expect(lines[5]).toBe("0 0");
  });

  test("PyTorch's names are read too, each array once", async () => {
    const { embedding, unembedding, gain, bias } = await (await createTrainer(config)).weights();
    const tensors: GivenTensor[] = [
      ["embedding.weight", [7, 5], embedding],
      ["unembedding.weight", [7, 5], unembedding as Float32Array],
      ["norm.weight", [5], gain as Float32Array],
      ["norm.bias", [5], bias as Float32Array],
    ];
    expect(decodeSafetensors(encodeTensors(tensors, {}))).toEqual({ embedding, unembedding, gain, bias });
    expect(() =>
      decodeSafetensors(encodeTensors([...tensors, ["bias", [5], embedding.slice(0, 5)]], {})),
    ).toThrow("safetensors: bias: expected once, got it twice");
  });

  test("refuses other arrays, and 10,000 damaged files give weights or a ConfigError", async () => {
    const weights = await (await createTrainer(config)).weights();
    expect(() => encodeSafetensors(weights, { ...config, vocabSize: 8 })).toThrow(
      "embedding: expected 40 values (8 × 5), got 35",
    );
    damage(encodeSafetensors(weights, config), (bytes) => decodeSafetensors(bytes));
  });
});

/** Flips a bit or cuts, 10,000 times, the same ones every time. */
function damage(whole: Uint8Array, decode: (bytes: Uint8Array) => unknown): void {
  let x = 1;
  const draw = (below: number) => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return Math.floor((x / 2 ** 32) * below);
  };
  let refused = 0;
  for (let i = 0; i < 10_000; i++) {
    const bytes = i % 2 ? whole.slice(0, draw(whole.length)) : whole.slice();
    if (i % 2 === 0) bytes[draw(bytes.length)] ^= 1 << draw(8);
    try {
      decode(bytes);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      refused++;
    }
  }
  // every cut is refused; a bit of the data is anybody's
  expect(refused).toBeGreaterThanOrEqual(5000);
}
