import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ConfigError,
  canonicalConfig,
  createTrainer,
  decodeNpy,
  decodeSafetensors,
  encodeNpy,
  encodeSafetensors,
  type Weights,
} from "../../src/index.js";

/** What a reader makes of bytes: a value, or the message of a ConfigError, of one line below 300 characters. */
function outcome<T>(decode: () => T): T | string {
  try {
    return decode();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    const { message } = error as ConfigError;
    expect(message.length).toBeLessThan(300);
    expect(message).not.toMatch(/[\r\n]/);
    return message;
  }
}

const safetensors = (header: string, data = 0, length?: number): Uint8Array => {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length ?? json.length), true);
  bytes.set(json, 8);
  return bytes;
};

const npy = (header: string, data = 24, version = [1, 0]): Uint8Array => {
  const text = new TextEncoder().encode(header);
  const prefix = version[0] === 1 ? 10 : 12;
  const bytes = new Uint8Array(prefix + text.length + data);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, ...version]);
  const view = new DataView(bytes.buffer);
  if (version[0] === 1) view.setUint16(8, text.length, true);
  else view.setUint32(8, text.length, true);
  bytes.set(text, prefix);
  return bytes;
};

const deep = (open: string, close: string, levels = 200_000) =>
  `${open.repeat(levels)}1${close.repeat(levels)}`;
const long = "x".repeat(100_000);

describe("safetensors", () => {
  const tensor = (shape: unknown, offsets: unknown, dtype: unknown = "F32") =>
    JSON.stringify({ dtype, shape, data_offsets: offsets });
  const one = (shape: unknown, offsets: unknown, dtype: unknown = "F32") =>
    `{"embedding":${tensor(shape, offsets, dtype)}}`;
  const gain = tensor([2], [0, 8]);

  test.each<[string, string, number, string]>([
    [
      "a name twice",
      `{"gain":${gain},"gain":${tensor([2], [8, 16])}}`,
      16,
      '"gain": expected each name once',
    ],
    ["a name twice, once escaped", `{"gain":${gain},"g\\u0061in":${gain}}`, 8, '"gain": expected each name'],
    ["a dtype twice", `{"gain":{"dtype":"F64",${gain.slice(1)}}`, 8, '"dtype": expected each name once'],
    [
      "metadata twice in one",
      `{"__metadata__":{"a":"1","a":"2"},"gain":${gain}}`,
      8,
      '"a": expected each name once',
    ],
    [
      "an overlap",
      `{"gain":${gain},"bias":${tensor([2], [4, 12])}}`,
      12,
      "bias: expected data from byte 8 on",
    ],
    ["the same range twice", `{"gain":${gain},"bias":${gain}}`, 8, "bias: expected data from byte 8 on"],
    ["a hole before the first", one([2], [4, 12]), 12, "embedding: expected data from byte 0 on, got [4,12]"],
    [
      "a hole between two",
      `{"gain":${gain},"bias":${tensor([2], [12, 20])}}`,
      20,
      "bias: expected data from byte 8 on, got [12,20]",
    ],
    ["bytes behind the last", one([2], [0, 8]), 12, "expected 8 bytes of data, got 12"],
    ["bytes that the file lacks", one([2], [0, 8]), 4, "expected 8 bytes within the file, got [0,8]"],
    ["negative sizes", one([-1, -2], [0, 8]), 8, "expected a shape of whole numbers, got [-1,-2]"],
    ["a fraction of a size", one([0.5, 4], [0, 8]), 8, "expected a shape of whole numbers, got [0.5,4]"],
    ["a size as a text", one(["2"], [0, 8]), 8, 'expected a shape of whole numbers, got ["2"]'],
    ["a list as a size", one([[2]], [0, 8]), 8, "expected a shape of whole numbers, got [[2]]"],
    ["null as a size", one([null], [0, 0]), 0, "expected a shape of whole numbers, got [null]"],
    ["a text as a shape", one("2", [0, 8]), 8, 'expected a shape of whole numbers, got "2"'],
    ["no shape", one(undefined, [0, 8]), 8, "expected a shape of whole numbers, got undefined"],
    ["sizes beyond every file", one([2 ** 40, 2 ** 40], [0, 8]), 8, "embedding: expected 4.8"],
    ["three offsets", one([2], [0, 8, 8]), 8, "expected data_offsets [begin, end], got [0,8,8]"],
    ["one offset", one([0], [0]), 0, "expected data_offsets [begin, end], got [0]"],
    ["offsets as texts", one([2], ["0", "8"]), 8, 'expected data_offsets [begin, end], got ["0","8"]'],
    ["offsets that run backwards", one([2], [8, 0]), 8, "embedding: expected data from byte 0 on, got [8,0]"],
    ["negative offsets", one([2], [-8, 0]), 8, "expected data_offsets [begin, end], got [-8,0]"],
    ["a range longer than its shape", one([1], [0, 8]), 8, "expected 4 bytes within the file, got [0,8]"],
    ["an empty range for a scalar", one([], [0, 0]), 0, "expected 4 bytes within the file, got [0,0]"],
    ["another dtype", one([2], [0, 16], "F64"), 16, 'expected dtype F32, got "F64"'],
    ["null for a tensor", '{"embedding":null}', 0, "expected dtype F32, got undefined"],
    ["a list as the header", "[]", 0, "expected a header that begins with {"],
    ["null as the header", "null", 0, "expected a header that begins with {"],
    ["a space before the header", ` ${one([2], [0, 8])}`, 8, "expected a header that begins with {"],
    ["a mark of byte order", `\ufeff${one([2], [0, 8])}`, 8, "expected a header of JSON"],
    ["something behind the header", `${one([2], [0, 8])}\0`, 8, "expected a header of JSON"],
    ["metadata that is no object", '{"__metadata__":[]}', 0, "__metadata__: expected an object, got []"],
    ["metadata of numbers", '{"__metadata__":{"step":3}}', 0, "__metadata__: expected texts, got 3 for"],
    ["no tensor", '{"__metadata__":{}}', 0, "expected at least one tensor, got none"],
    ["the name __proto__", `{"__proto__":${gain}}`, 8, 'got "__proto__"'],
    ["a long name", `{"${long}":${gain}}`, 8, "expected tensors named embedding"],
    ["a long dtype", one([2], [0, 8], long), 8, 'expected dtype F32, got "xxx'],
    ["a deep dtype", one([2], [0, 8], 0).replace("0", deep("[", "]")), 8, "expected dtype F32, got a list"],
    ["a deep header", `{"a":${deep('{"a":', "}")}}`, 0, "expected tensors named embedding"],
    ["a long shape", one(new Array(100_000).fill(-1), [0, 8]), 8, "got [-1,-1,-1,-1,-1,"],
  ])("%s is refused", (_, header, data, message) => {
    const got = outcome(() => decodeSafetensors(safetensors(header, data)));
    expect(got).toContain(message);
    expect(got).toMatch(/^safetensors: /);
  });

  test("a header of more than 100 MB is refused by its length", () => {
    const got = (length: number) => outcome(() => decodeSafetensors(safetensors("{}", 0, length)));
    expect(got(100_000_001)).toBe("safetensors: expected a header of at most 100000000 bytes, got 100000001");
    expect(got(2 ** 63)).toContain("expected a header of at most 100000000 bytes");
    expect(got(100_000_000)).toBe("safetensors: expected a header of 100000000 bytes, got 10 bytes in all");
  });

  test("tensors may lie in any order, be empty or have no dimension", () => {
    const header = `{"bias":${tensor([2], [4, 12])},"gain":${tensor([], [0, 4])},"unembedding":${tensor([0, 3], [4, 4])}} \n`;
    const bytes = safetensors(header, 12);
    bytes.set(new Uint8Array(Float32Array.of(1, 2, 3).buffer), bytes.length - 12);
    expect(decodeSafetensors(bytes)).toEqual({
      gain: Float32Array.of(1),
      unembedding: new Float32Array(0),
      bias: Float32Array.of(2, 3),
    });
  });

  test("names are told from texts, whatever stands in them and between them", () => {
    const metadata = '{"a" : "gain", "b\\"" :"b", "\\\\":"gain:","c":"{", "d": "a" }';
    const header = `{"__metadata__":${metadata},\n"gain" :${gain} }`;
    expect(decodeSafetensors(safetensors(header, 8))).toEqual({ gain: new Float32Array(2) });
    const twice = header.replace('"d"', '"b\\u0022"\t');
    expect(outcome(() => decodeSafetensors(safetensors(twice, 8)))).toContain(
      '"b\\"": expected each name once',
    );
    // a list has texts, and an object within it names of its own
    const lists = `{"gain":${gain.replace("[2]", '[{"a":1},{"a":1},"a","a"]')}}`;
    expect(outcome(() => decodeSafetensors(safetensors(lists, 8)))).toContain("expected a shape of whole");
    const inList = lists.replace('{"a":1}', '{"a":1,"a":1}');
    expect(outcome(() => decodeSafetensors(safetensors(inList, 8)))).toContain(
      '"a": expected each name once',
    );
  });

  test("a file that is cut anywhere is refused", () => {
    const bytes = safetensors(one([2], [0, 8]), 8);
    for (let length = 0; length < bytes.length; length++) {
      const got = outcome(() => decodeSafetensors(bytes.slice(0, length)));
      if (length < 8) expect(got).toBe(`safetensors: expected at least 8 bytes, got ${length}`);
      else expect(got).toMatch(/^safetensors: .*expected (a header of \d+ bytes|8 bytes within the file)/);
    }
    expect(outcome(() => decodeSafetensors(new Uint8Array(8)))).toBe(
      "safetensors: expected a header of JSON",
    );
  });

  test("bytes that are no UTF-8 are refused", () => {
    const bytes = safetensors(`{"__metadata__":{"a":"?"},"gain":${gain}}`, 8);
    bytes[bytes.indexOf(0x3f)] = 0xff;
    expect(outcome(() => decodeSafetensors(bytes))).toBe("safetensors: expected a header of JSON");
  });

  test("the file that is written: aligned data in order, and whose they are", () => {
    const config = { vocabSize: 3, embeddingDim: 2, tied: false, norm: "layernorm" } as const;
    const weights = {
      embedding: Float32Array.of(1, 2, 3, 4, 5, 6),
      unembedding: Float32Array.of(7, 8, 9, 10, 11, 12),
      gain: Float32Array.of(13, 14),
      bias: Float32Array.of(15, 16),
    };
    const bytes = encodeSafetensors(weights, config);
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const text = new TextDecoder().decode(bytes.subarray(8, 8 + length));
    expect(text.length - text.trimEnd().length).toBeLessThan(8);
    expect(JSON.parse(text)).toEqual({
      __metadata__: { format: "pt", producer: "unigram-lab", config: canonicalConfig(config) },
      embedding: { dtype: "F32", shape: [3, 2], data_offsets: [0, 24] },
      unembedding: { dtype: "F32", shape: [3, 2], data_offsets: [24, 48] },
      gain: { dtype: "F32", shape: [2], data_offsets: [48, 56] },
      bias: { dtype: "F32", shape: [2], data_offsets: [56, 64] },
    });
    expect([...new Float32Array(bytes.slice(8 + length).buffer)]).toEqual(
      Array.from({ length: 16 }, (_, i) => i + 1),
    );
  });

  const json = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom(0, 4, 8, 16, -1, 0.5, 1e300, null, true, "F32", "embedding", {}, [], [0, 8], [2]),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("dtype", "shape", "data_offsets", "a", "__proto__"), tie("value"), {
        maxKeys: 4,
      }),
    ),
  })).value;
  const likeATensor = fc.record(
    {
      dtype: fc.oneof({ weight: 9, arbitrary: fc.constant("F32") }, json),
      shape: fc.oneof({ weight: 4, arbitrary: fc.array(fc.nat(2), { maxLength: 2 }) }, json),
      data_offsets: fc.oneof(
        { weight: 4, arbitrary: fc.tuple(fc.constantFrom(0, 4, 8), fc.constantFrom(0, 4, 8, 16)) },
        json,
      ),
    },
    { requiredKeys: [] },
  );

  /** Tensors one behind the other, in any order of names. */
  const layout = fc
    .tuple(
      fc.shuffledSubarray(["embedding", "unembedding", "gain", "bias"], { minLength: 1 }),
      fc.array(fc.array(fc.nat(3), { maxLength: 3 }), { minLength: 4, maxLength: 4 }),
    )
    .map(([names, shapes]) => {
      let end = 0;
      const tensors = names.map((name, i) => {
        const begin = end;
        end += 4 * shapes[i].reduce((product, size) => product * size, 1);
        return [name, { dtype: "F32", shape: shapes[i], data_offsets: [begin, end] }] as const;
      });
      return { tensors, size: end };
    });

  test("whatever lies in a whole layout is read, each byte once", () => {
    fc.assert(
      fc.property(layout, ({ tensors, size }) => {
        const bytes = safetensors(JSON.stringify(Object.fromEntries(tensors.toReversed())), size);
        for (let i = 0; i < size; i++) bytes[bytes.length - size + i] = i % 100;
        const weights = outcome(() => decodeSafetensors(bytes)) as Record<string, Float32Array>;
        const data = tensors.flatMap(([name]) => [...new Uint8Array(weights[name].buffer)]);
        expect(data).toEqual(Array.from({ length: size }, (_, i) => i % 100));
        expect(Object.keys(weights)).toHaveLength(tensors.length);
      }),
    );
  });

  test("whatever a header holds: weights or a ConfigError", () => {
    const header = fc.dictionary(
      fc.constantFrom("embedding", "unembedding", "gain", "bias", "__metadata__", "a"),
      fc.oneof({ weight: 4, arbitrary: likeATensor }, json),
    );
    // or a whole one, of which one thing is another
    const damaged = fc
      .tuple(layout, fc.constantFrom("dtype", "shape", "data_offsets"), json)
      .map(([{ tensors }, field, value]) =>
        Object.fromEntries(
          tensors.map(([name, tensor], i) => [name, i === 0 ? { ...tensor, [field]: value } : tensor]),
        ),
      );
    fc.assert(
      fc.property(fc.oneof(header, damaged), fc.constantFrom(0, 4, 8, 16), (header, data) => {
        const got = outcome(() => decodeSafetensors(safetensors(JSON.stringify(header), data)));
        if (typeof got === "string") return;
        expect(Object.values(got).reduce((sum, array) => sum + array.byteLength, 0)).toBe(data);
      }),
      { numRuns: 2000 },
    );
  });

  test("whatever bytes follow the length: weights or a ConfigError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(48), (rest, length) => {
        const bytes = new Uint8Array(8 + rest.length);
        bytes[0] = length;
        bytes.set(rest, 8);
        expect(typeof outcome(() => decodeSafetensors(bytes))).toBe("string");
      }),
    );
    for (const value of [
      undefined,
      null,
      3,
      "{}",
      {},
      [],
      new ArrayBuffer(9),
      new Float32Array(9),
      Symbol("a"),
    ])
      expect(outcome(() => decodeSafetensors(value as Uint8Array))).toContain("expected a Uint8Array, got");
  });

  const model = fc
    .record({
      vocabSize: fc.integer({ min: 1, max: 9 }),
      embeddingDim: fc.integer({ min: 1, max: 9 }),
      tied: fc.boolean(),
      norm: fc.constantFrom("none", "layernorm", "rmsnorm"),
    })
    .chain((config) => {
      const floats = (length: number) => fc.float32Array({ minLength: length, maxLength: length });
      const { vocabSize: V, embeddingDim: D, tied, norm } = config;
      const weights = fc.record({
        embedding: floats(V * D),
        ...(tied ? {} : { unembedding: floats(V * D) }),
        ...(norm === "none" ? {} : { gain: floats(D) }),
        ...(norm === "layernorm" ? { bias: floats(D) } : {}),
      });
      return fc.tuple(fc.constant(config), weights as fc.Arbitrary<Weights>);
    });

  test("what is written is read, bit for bit, from a Node Buffer within a pool too", () => {
    fc.assert(
      fc.property(model, fc.nat(7), ([config, weights], offset) => {
        const bytes = encodeSafetensors(weights, config);
        expect(decodeSafetensors(bytes)).toEqual(weights);
        const pool = Buffer.alloc(offset + bytes.length + 5, 0xff);
        pool.set(bytes, offset);
        expect(decodeSafetensors(pool.subarray(offset, offset + bytes.length))).toEqual(weights);
      }),
    );
  });

  test("what is no model's is not written", async () => {
    const config = { vocabSize: 7, embeddingDim: 5 };
    const { embedding } = await (await createTrainer(config)).weights();
    const got = (weights: unknown) => outcome(() => encodeSafetensors(weights as Weights, config));
    expect(got({ embedding: new Float64Array(embedding) })).toBe(
      "embedding: expected a Float32Array, got Float64Array of 280 bytes",
    );
    expect(got({ embedding: [...embedding] })).toContain("embedding: expected a Float32Array, got [");
    for (const nothing of [null, undefined, {}])
      expect(got(nothing)).toContain("weights: expected at least one of");
  });
});

describe(".npy", () => {
  const whole = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }\n";

  test.each([
    ["as NumPy writes it", whole],
    [
      "in another order, with other quotes and spaces",
      `{"shape" :( 3,2 ,) , "fortran_order": False,'descr':"<f4"}`,
    ],
    ["without spaces", "{'descr':'<f4','fortran_order':False,'shape':(3,2)}"],
  ])("a header %s", (_, header) => {
    for (const version of [1, 2, 3])
      expect(decodeNpy(npy(header, 24, [version, 0]))).toEqual({ data: new Float32Array(6), shape: [3, 2] });
  });

  test.each<[string, string, string?]>([
    ["the shape twice", whole.replace("}", "'shape': (6,)}")],
    ["the shape twice, the same", whole.replace("}", "'shape': (3, 2)}")],
    ["descr twice", whole.replace("{", "{'descr': '<f4', ")],
    ["a fourth name", whole.replace("}", "'more': (6,)}")],
    ["no shape", "{'descr': '<f4', 'fortran_order': False}"],
    ["two shapes and no order", "{'descr': '<f4', 'shape': (6,), 'shape': (6,)}"],
    ["a number in brackets", whole.replace("(3, 2)", "(6)")],
    ["two numbers and no comma", whole.replace("(3, 2)", "(3 2)")],
    ["two commas", whole.replace("(3, 2)", "(3,, 2)")],
    ["a comma alone", whole.replace("(3, 2)", "(,)")],
    ["a comma first", whole.replace("(3, 2)", "(,6)")],
    ["a negative size", whole.replace("(3, 2)", "(-3, -2)")],
    ["a list", whole.replace("(3, 2)", "[3, 2]")],
    ["a nested tuple", whole.replace("(3, 2)", "((3, 2),)")],
    ["zeros before a number", whole.replace("(3, 2)", "(03, 2)")],
    ["a tuple that does not end", whole.replace("(3, 2), }", "(3, 2")],
    ["a text as the shape", whole.replace("(3, 2)", "'(3, 2)'")],
    ["a text as the order", whole.replace("False", "'False'")],
    ["a truth value as descr", whole.replace("'<f4'", "True")],
    ["fields as descr", whole.replace("'<f4'", "[('a', '<f4')]")],
    ["something before it", `x${whole}`],
    ["something behind it", `${whole}x`],
    ["a second dict behind it", `${whole}${whole}`],
    ["a zero byte behind it", `${whole}\0`],
    ["no comma between two", whole.replace("False,", "False")],
    ["two commas between two", whole.replace("False,", "False,,")],
    ["nothing", ""],
    ["an empty dict", "{}", "expected a header with descr, fortran_order and shape"],
    ["another type", whole.replace("<f4", "<i8"), "expected descr '<f4' or '<f8', got '<i8'"],
    ["a long type", whole.replace("<f4", long.slice(0, 9000)), "expected descr '<f4' or '<f8', got 'xxx"],
    ["spaces without end in a tuple", whole.replace("(3, 2)", `(3,${" ".repeat(9000)}x`)],
    ["sizes beyond every file", whole.replace("(3, 2)", "(99999999999999999999,)"), "sizes of at most 2^53"],
    ["33 dimensions", whole.replace("(3, 2)", `(6,${"1,".repeat(32)})`), "expected at most 32 sizes"],
    ["a size of 9,000 digits", whole.replace("(3, 2)", `(${"9".repeat(9000)},)`), "sizes of at most 2^53"],
  ])("a header with %s is refused", (_, header, message = "expected a header with descr") => {
    const got = outcome(() => decodeNpy(npy(header)));
    expect(got).toContain(message);
    expect(got).toMatch(/^npy: /);
  });

  test.each([
    [[4, 0], "expected version 1.0, 2.0 or 3.0, got 4.0"],
    [[0, 0], "expected version 1.0, 2.0 or 3.0, got 0.0"],
    [[1, 1], "expected version 1.0, 2.0 or 3.0, got 1.1"],
  ])("version %j is refused", (version, message) => {
    expect(outcome(() => decodeNpy(npy(whole, 24, version)))).toContain(message);
  });

  test("a file that is cut anywhere, or begins otherwise, is refused", () => {
    for (const version of [1, 2]) {
      const bytes = npy(whole, 24, [version, 0]);
      for (let length = 0; length < bytes.length; length++)
        expect(outcome(() => decodeNpy(bytes.slice(0, length)))).toMatch(
          length < 12
            ? /^npy: expected the bytes of a .npy file, got something else$/
            : /^npy: expected (a header of \d+ bytes, got \d+ bytes in all|24 bytes of data, got \d+)$/,
        );
      for (let at = 0; at < 6; at++) {
        const other = bytes.slice();
        other[at] ^= 1;
        expect(outcome(() => decodeNpy(other))).toContain("expected the bytes of a .npy file");
      }
    }
  });

  test("float64 is rounded, another order refused", () => {
    const bytes = npy(whole.replace("<f4", "<f8"), 48);
    const values = [0.1, -1e300, 1e-300, Number.NaN, 2 ** 24 + 1, Number.NEGATIVE_INFINITY];
    new Uint8Array(bytes.buffer, bytes.length - 48).set(new Uint8Array(Float64Array.from(values).buffer));
    expect(decodeNpy(bytes)).toEqual({ data: Float32Array.from(values), shape: [3, 2] });
    expect(outcome(() => decodeNpy(npy(whole.replace("False", "True"))))).toBe(
      "npy: expected row-major order, got fortran_order (np.ascontiguousarray)",
    );
  });

  test("the longest header and the most dimensions are read", () => {
    expect(decodeNpy(npy(whole.padEnd(10_000 - 12), 24, [2, 0])).shape).toEqual([3, 2]);
    const shape = [6, ...new Array(31).fill(1)];
    const data = new Float32Array(6);
    expect(decodeNpy(encodeNpy(data, shape))).toEqual({ data, shape });
  });

  test("a header longer than np.load takes is refused", () => {
    const header = whole.padEnd(20_000);
    expect(outcome(() => decodeNpy(npy(header)))).toContain("expected a header of at most 10000 bytes");
  });

  test("whatever a header holds: an array or a ConfigError", () => {
    const part = fc.constantFrom(
      ..."{ } ( ) , : ' 'descr' 'fortran_order' 'shape' '<f4' '<f8' True False 6 3, 2, [ ] \0 \n -".split(
        " ",
      ),
      " ",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        outcome(() => decodeNpy(npy(parts.join(""))));
      }),
      { numRuns: 500 },
    );
    // one part of a whole header is another, or gone
    const parts = whole.match(/'\w*'|'<f4'|\w+|./g) as string[];
    fc.assert(
      fc.property(fc.nat(parts.length - 1), fc.option(part), (at, other) => {
        const got = outcome(() => decodeNpy(npy(parts.with(at, other ?? "").join(""))));
        if (typeof got === "string") return;
        expect(got.shape.reduce((product, size) => product * size, 1)).toBe(got.data.length);
      }),
      { numRuns: 2000 },
    );
    for (const value of [undefined, null, 3, "{}", {}, [], new ArrayBuffer(99), new Float32Array(99)])
      expect(outcome(() => decodeNpy(value as Uint8Array))).toContain("npy: expected a Uint8Array, got");
  });

  test("arrays of many dimensions come back, from a Node Buffer within a pool too", () => {
    const shape = fc.array(fc.nat(3), { maxLength: 5 });
    fc.assert(
      fc.property(shape, fc.nat(7), fc.gen(), (shape, offset, draw) => {
        const length = shape.reduce((product, size) => product * size, 1);
        const data = draw(fc.float32Array, { minLength: length, maxLength: length });
        const bytes = encodeNpy(data, shape);
        expect(decodeNpy(bytes)).toEqual({ data, shape });
        const pool = Buffer.alloc(offset + bytes.length + 5, 0xff);
        pool.set(bytes, offset);
        expect(decodeNpy(pool.subarray(offset, offset + bytes.length))).toEqual({ data, shape });
      }),
    );
  });

  test.each<[string, unknown, unknown, string]>([
    ["float64", Float64Array.of(1), [1], "data: expected a Float32Array, got Float64Array"],
    ["a list", [1], [1], "data: expected a Float32Array, got [1]"],
    ["nothing", undefined, [0], "data: expected a Float32Array, got undefined"],
    ["no shape", Float32Array.of(1), undefined, "shape: expected a list of sizes, got undefined"],
    ["a shape with a hole", Float32Array.of(1), new Array(1), "expected a list of sizes, got [null]"],
    ["a size as a text", Float32Array.of(1), ["1"], 'expected a list of sizes, got ["1"]'],
    ["a long shape", Float32Array.of(1), new Array(33).fill(1), "shape: expected at most 32 sizes, got 33"],
  ])("does not write %s", (_, data, shape, message) => {
    expect(outcome(() => encodeNpy(data as Float32Array, shape as number[]))).toContain(message);
  });
});
