import { deflateSync, inflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConfigError, canonicalConfig, parseConfig, type RunConfigInput } from "../../src/config.js";
import { decodeLink, encodeLink } from "../../src/link/codec.js";
import type { LabLink } from "../../src/link/link.js";
import { random } from "./random.js";

const hash = (letter: string) => letter.repeat(64);
/** Any text, deflated as a link is: what somebody makes by hand. */
const linkOf = (json: string | Uint8Array) => `#v1.${deflateSync(json).toString("base64url")}`;
const jsonOf = (link: string) => inflateSync(Buffer.from(link.slice(link.indexOf(".") + 1), "base64url"));
const message = async (text: unknown): Promise<string> => {
  try {
    await decodeLink(text as string);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.message).not.toContain("\n");
    return error.message;
  }
  return "no error";
};

const four: LabLink = {
  runs: [1e-3, 3e-3, 1e-2, 3e-2].map((learningRate, i) => ({
    config: {
      learningRate,
      vocabSize: 1000,
      optimizer: { kind: "adam", beta2: 0.95 },
      evaluateAt: { kind: "log" },
    },
    pinned: i === 0,
    hashes: [(BigInt(`0x${hash("9")}`) ** BigInt(i + 2)).toString(16).slice(0, 64)],
  })),
  focus: 1,
  view: { panels: ["loss", "excess", "embedding"], logX: true, fit: [30, 3000], axes: [0, 1], step: 1840 },
  chapter: "collapse",
};

test("a link of four runs is read as it was written, every config complete", async () => {
  const text = await encodeLink(four, "https://example.org/lab/?present=1#before");
  expect(text).toMatch(/^https:\/\/example\.org\/lab\/\?present=1#v1\.[\w-]+$/);
  const runs = four.runs.map(({ pinned, ...run }) => ({
    ...run,
    config: parseConfig(run.config),
    ...(pinned ? { pinned } : {}),
  }));
  const fragment = text.slice(text.indexOf("#"));
  expect(fragment.length).toBeLessThan(600);
  for (const form of [text, fragment, fragment.slice(1), ` ${text}\n`])
    expect(await decodeLink(form)).toEqual({ ...four, runs });
});

test("what is implied is not in it", async () => {
  const link: LabLink = {
    runs: [{ config: parseConfig({ seed: 3 }), seeds: 1, pinned: false, hidden: false, hashes: [] }],
    focus: 0,
    view: {},
  };
  expect(jsonOf(await encodeLink(link)).toString()).toBe('{"runs":[{"config":{"seed":3}}]}');
});

const rate = fc.oneof(
  fc.constantFrom<RunConfigInput["learningRate"]>(
    { kind: "cosine", from: 0.1, end: 300 },
    {
      kind: "sequence",
      parts: [
        [0, 0.1],
        [7, { kind: "piecewise-linear", points: [[5, 0.1]] }],
      ],
    },
  ),
  fc.double({ min: 0, max: 10, noNaN: true }),
);
const config: fc.Arbitrary<RunConfigInput> = fc.record(
  {
    vocabSize: fc.integer({ min: 2, max: 20000 }),
    embeddingDim: fc.integer({ min: 1, max: 100 }),
    tied: fc.boolean(),
    distribution: fc.oneof(
      fc.double({ min: -3, max: 3, noNaN: true }).map((exponent) => ({ kind: "zipf" as const, exponent })),
      fc.constant({ kind: "corpus" as const, digest: hash("c") }),
      fc.constant({ kind: "given" as const, digest: hash("d") }),
    ),
    learningRate: rate,
    optimizer: fc.constantFrom<RunConfigInput["optimizer"]>(
      { kind: "sgd", momentum: 0.9 },
      { kind: "adam", beta1: 0 },
    ),
    interventions: fc.constantFrom<RunConfigInput["interventions"]>([{ step: 5, kind: "reset-moments" }]),
    seed: fc.integer({ min: 0, max: 2 ** 40 }),
  },
  { requiredKeys: [] },
);
const step = fc.integer({ min: 0, max: 1e9 });
const link: fc.Arbitrary<LabLink> = fc
  .record(
    {
      runs: fc.array(
        fc.record(
          {
            config,
            seeds: fc.integer({ min: 2, max: 64 }),
            pinned: fc.constant(true),
            hidden: fc.constant(true),
            hashes: fc.array(fc.constantFrom(hash("a"), hash("0")), { minLength: 1, maxLength: 2 }),
          },
          { requiredKeys: ["config", "seeds"] },
        ),
        { minLength: 1, maxLength: 5 },
      ),
      place: fc.nat(),
      view: fc.record(
        {
          panels: fc.array(fc.stringMatching(/^[\w.-]{1,40}$/), { maxLength: 8 }),
          logX: fc.boolean(),
          fit: fc.tuple(step, step).filter(([from, to]) => from < to) as fc.Arbitrary<[number, number]>,
          axes: fc.tuple(fc.nat(65535), fc.nat(65535)) as fc.Arbitrary<[number, number]>,
          trail: fc.boolean(),
          input: fc.nat(2 ** 24 - 1),
          step,
        },
        { requiredKeys: ["trail"] },
      ),
      chapter: fc.stringMatching(/^[a-z-]{1,40}$/),
    },
    { requiredKeys: ["runs", "place"] },
  )
  .map(({ place, ...link }) => {
    const focus = place % link.runs.length;
    return focus === 0 ? link : { ...link, focus };
  });

test("whatever the link", async () => {
  await fc.assert(
    fc.asyncProperty(link, async (given) => {
      const { runs, ...rest } = await decodeLink(await encodeLink(given));
      expect(rest).toEqual({ ...given, runs: undefined });
      expect(runs.map(({ config }) => canonicalConfig(config))).toEqual(
        given.runs.map(({ config }) => canonicalConfig(config)),
      );
      expect(runs.map((run) => ({ ...run, config: 0 }))).toEqual(
        given.runs.map((run) => ({ ...run, config: 0 })),
      );
    }),
    { numRuns: 300 },
  );
});

describe("refused in a line", () => {
  const run = { config: {} };
  test.each<[unknown, string]>([
    [7, "link: expected an object, got 7"],
    [[], "link: expected an object, got []"],
    [{}, "runs: missing"],
    [{ runs: [] }, "runs: expected a list of 1 to 64 runs, got []"],
    [
      { runs: Array(65).fill(0) },
      `runs: expected a list of 1 to 64 runs, got ${"[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0".slice(0, 57)}...`,
    ],
    [{ runs: [run], extra: 1 }, "extra: unknown field"],
    [{ runs: [run], constructor: 1 }, "constructor: unknown field"],
    [{ runs: [{}] }, "runs[0].config: missing"],
    [{ runs: [run, { ...run, seed: 1 }] }, "runs[1].seed: unknown field"],
    [{ runs: [{ config: 3 }] }, "runs[0].config: expected an object, got 3"],
    [
      { runs: [run, run, { config: { vocabSize: 0 } }] },
      "runs[2].config.vocabSize: expected a whole number from 1 to 16777216, got 0",
    ],
    [{ runs: [{ config: { vocab: 0 } }] }, "runs[0].config.vocab: unknown field"],
    [{ runs: [{ ...run, seeds: 65 }] }, "runs[0].seeds: expected a whole number from 1 to 64, got 65"],
    [
      { runs: [{ config: { seed: 2 ** 53 - 1 }, seeds: 2 }] },
      "runs[0].seeds: expected at most 1, since the first is 9007199254740991, got 2",
    ],
    [{ runs: [{ ...run, pinned: 1 }] }, "runs[0].pinned: expected true or false, got 1"],
    [
      { runs: [{ ...run, hashes: ["00"] }] },
      'runs[0].hashes[0]: expected a SHA-256 in 64 hexadecimal digits, lower case, got "00"',
    ],
    [
      { runs: [{ ...run, hashes: [hash("a"), hash("a")] }] },
      "runs[0].hashes: expected at most 1, one a seed, got 2",
    ],
    [{ runs: [run], focus: 1 }, "focus: expected the place of one of 1 runs, from 0, got 1"],
    [{ runs: [run], focus: -1 }, "focus: expected a whole number from 0 to 63, got -1"],
    [{ runs: [run], view: { fit: [9, 9] } }, "view.fit: expected two steps, the lower one first, got [9,9]"],
    [{ runs: [run], view: { fit: [9] } }, "view.fit: expected a list of 2 steps, got [9]"],
    [
      { runs: [run], view: { axes: [0, 65536] } },
      "view.axes[1]: expected a whole number from 0 to 65535, got 65536",
    ],
    [
      { runs: [run], view: { panels: ["<b>"] } },
      'view.panels[0]: expected a name of at most 40 letters, digits, dots and dashes, got "<b>"',
    ],
    [{ runs: [run], view: { zoom: 1 } }, "view.zoom: unknown field"],
    [
      { runs: [run], chapter: null },
      "chapter: expected a name of at most 40 letters, digits, dots and dashes, got null",
    ],
  ])("%j", async (value, expected) => {
    expect(await message(linkOf(JSON.stringify(value)))).toBe(expected);
    await expect(encodeLink(value as LabLink)).rejects.toThrow(ConfigError);
    await expect(encodeLink(four, value as string)).rejects.toThrow(/^base: expected an address, got /);
  });

  test("__proto__ is a field like any other", async () => {
    expect(await message(linkOf('{"runs":[{"config":{}}],"__proto__":{}}'))).toBe("__proto__: unknown field");
    expect(await message(linkOf('{"runs":[{"config":{"__proto__":{}}}]}'))).toBe(
      "runs[0].config.__proto__: unknown field",
    );
  });

  const damaged = /^link: expected a whole link, got a damaged one, "v1\..*"$/;
  test.each<[string, unknown, string | RegExp]>([
    ["no text", 3, "link: expected a text, got 3"],
    ["an address", "https://example.org/", 'link: expected a fragment #v1.…, got "https://example.org/"'],
    ["another fragment", "#top", 'link: expected a fragment #v1.…, got "#top"'],
    [
      "a newer version",
      "#v2.abc",
      "link: expected version 1, the newest that this unigram-lab reads, got version 2",
    ],
    ["no version", "#v0.abc", "link: expected version 1, got version 0"],
    ["nothing", "#v1.", damaged],
    ["no base64", "#v1.%%%%", damaged],
    ["no zlib", "#v1.AAAA", damaged],
    ["no JSON", linkOf("{"), damaged],
    ["no UTF-8", linkOf(Uint8Array.of(34, 255, 34)), damaged],
    ["nested deep", linkOf("[".repeat(1 << 17) + "]".repeat(1 << 17)), /^link: /],
    ["long", `#v1.${"A".repeat(1 << 20)}`, "link: expected at most 393216 characters, got 1048576"],
    ["a bomb", linkOf(new Uint8Array(1 << 28)), "link: expected at most 262144 bytes, got more"],
  ])("%s", async (_, text, expected) => {
    if (typeof expected === "string") expect(await message(text)).toBe(expected);
    else expect(await message(text)).toMatch(expected);
  });

  test("more than a link holds is not written", async () => {
    const probabilities = Array.from({ length: 16384 }, (_, i) => (i % 2 === 0 ? 1.23456789e-4 : 0) + 1e-17);
    const sum = probabilities.reduce((a, b) => a + b);
    const given = { kind: "given" as const, probabilities: probabilities.map((p) => p / sum) };
    const link = { runs: [{ config: { vocabSize: 16384, distribution: given } }] };
    await expect(encodeLink(link)).rejects.toThrow(/^link: expected at most 262144 bytes of JSON, got \d+$/);
  });
});

describe("1,000 damaged links each end with a link or a ConfigError", () => {
  test("damaged as text", async () => {
    const next = random(18);
    const text = await encodeLink(four);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.#%=\n é";
    const any = () => alphabet[next(alphabet.length)];
    let refused = 0;
    for (let i = 0; i < 700; i++) {
      const at = next(text.length);
      const to = next(text.length);
      const damaged = [
        () => text.slice(0, at),
        () => text.slice(at),
        () => text.slice(0, at) + any() + text.slice(at + 1),
        () => text.slice(0, at) + any() + text.slice(at),
        () => text.slice(0, at) + text.slice(at + 1),
        () => text.slice(0, at) + text.slice(at, to) + text.slice(at),
        () => {
          const letters = [...text];
          [letters[at], letters[to]] = [letters[to], letters[at]];
          return letters.join("");
        },
        () => {
          const [head, body] = text.split(".");
          const bytes = Buffer.from(body, "base64url");
          bytes[next(bytes.length)] ^= 1 << next(8);
          return `${head}.${bytes.toString("base64url")}`;
        },
      ][i % 8]();
      const said = await message(damaged);
      if (said !== "no error") refused++;
      // the checksum lets no other link through
      else expect(await decodeLink(damaged)).toEqual(await decodeLink(text));
    }
    expect(refused).toBeGreaterThan(600);
  });

  test("damaged as JSON", async () => {
    const next = random(19);
    const values = [null, true, -1, 0.5, 1e300, 65, "", "x", hash("a"), [], [[]], {}, { kind: "zipf" }];
    let refused = 0;
    for (let i = 0; i < 300; i++) {
      const json = structuredClone(JSON.parse(jsonOf(await encodeLink(four)).toString()));
      for (let changes = 1 + next(3); changes > 0; changes--) {
        // biome-ignore lint/suspicious/noExplicitAny: anything
        let place: any = json;
        for (;;) {
          const names = Object.keys(place);
          const name = names[next(names.length)];
          if (
            name === undefined ||
            (typeof place[name] === "object" && place[name] !== null && next(4) > 0)
          ) {
            if (name === undefined) break;
            place = place[name];
            continue;
          }
          const kind = next(3);
          if (kind === 0) delete place[name];
          else if (kind === 1) place[name] = values[next(values.length)];
          else place[`${name}x`] = place[name];
          break;
        }
      }
      const said = await message(linkOf(JSON.stringify(json)));
      if (said !== "no error") refused++;
    }
    expect(refused).toBeGreaterThan(150);
  });
});
