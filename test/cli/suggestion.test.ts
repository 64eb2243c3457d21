/** What was probably meant: behind the error, on its line, and nothing where nothing is probable. */
import { describe, expect, test } from "vitest";
import { commanderLine, nearest, withSuggestion } from "../../src/cli/suggestion.js";
import { unigramLab } from "./commandLine.js";

const kinds = ["adam", "sgd", "sign"];

test.each<[string, string[], string[]]>([
  ["adma", kinds, ["adam"]],
  ["sdg", kinds, ["sgd"]],
  ["SGD", kinds, ["sgd"]],
  ["sig", kinds, ["sign"]],
  ["rmsprop", kinds, []],
  ["vocab-size", ["vocabSize"], ["vocabSize"]],
  ["beta3", ["beta1", "beta2", "eps"], ["beta1", "beta2"]],
  ["learn", ["learningRate", "steps"], ["learningRate"]],
  ["le", ["learningRate"], []],
  ["scaling-lw", ["scaling-law", "warmup"], ["scaling-law"]],
  ["", kinds, []],
])("%j among %j is %j", (word, known, meant) => {
  expect(nearest(word, known)).toEqual(meant);
});

describe("an error has it behind its words", () => {
  const sgd = 'optimizer.kind: expected { kind: "adam" or "sgd" or "sign", … }, got ';
  test.each([
    ["learningrate: unknown field", "learningRate"],
    ["lr: unknown field", "learningRate"],
    ["exponent: unknown field", "distribution.exponent"],
    ["momentum: unknown field", "optimizer.momentum"],
    ["optimizer.beta3: unknown field", "optimizer.beta1 or optimizer.beta2"],
    ["optimizer.momentm: unknown field", "optimizer.momentum"],
    ["interventions.0.embedingRms: unknown field", "interventions.0.embeddingRms"],
    ["learningRate.parts.0.1.point: unknown field", "learningRate.parts.0.1.points"],
    ["--vary exponnt: unknown field", "distribution.exponent"],
    ["--vary lrs: unknown field", "learningRate"],
    ["axis: unknown field of a sweep", "axes"],
    ["where.0.atleast: unknown field of a sweep", "atLeast"],
    [`${sgd}"sdg"`, "sgd"],
    ['--norm: expected "none" or "layernorm" or "rmsnorm", got "layrnorm"', "layernorm"],
    ["EXPERIMENT: expected post, beyond, scaling-law, got scaling-lw", "scaling-law"],
    ["tokenizer: expected whitespace or bytes or gpt2, got gtp2", "gpt2"],
    ['tied: expected true or false, got "treu"', "true"],
  ])("%s", (line, meant) => {
    expect(withSuggestion(line)).toBe(`${line} (did you mean ${meant}?)`);
  });

  test.each([
    "colour: unknown field",
    "optimizer.colour: unknown field",
    // there is, of another kind
    "optimizer.momentum: unknown field",
    `${sgd}"rmsprop"`,
    'vocabSize: expected a number, got "numbr"',
    "vocabSize: expected a whole number from 1 to 16777216, got 0",
    "something went wrong",
  ])("but not behind: %s", (line) => {
    expect(withSuggestion(line)).toBe(line);
  });
});

test("commander's is on the line, and a field's flag is found by the field's other names", () => {
  expect(commanderLine("error: unknown command 'trian'\n(Did you mean train?)\n", false)).toBe(
    "error: unknown command 'trian' (did you mean train?)",
  );
  const unknown = (name: string) => `error: unknown option '--${name}'`;
  expect(commanderLine(`${unknown("lr")}\n`, true)).toBe(`${unknown("lr")} (did you mean --learning-rate?)`);
  expect(commanderLine(`${unknown("epochs")}\n(Did you mean --eps?)`, true)).toBe(
    `${unknown("epochs")} (did you mean --steps?)`,
  );
  expect(commanderLine(unknown("vocab"), true)).toBe(`${unknown("vocab")} (did you mean --vocab-size?)`);
  expect(commanderLine(unknown("distribution.exponent"), true)).toContain("(did you mean --exponent?)");
  expect(commanderLine(unknown("lr"), false)).toBe(unknown("lr"));
  expect(commanderLine(unknown("colour"), true)).toBe(unknown("colour"));
});

test.each<[string[], string]>([
  [["trian"], "error: unknown command 'trian' (did you mean train?)"],
  [["help", "bests"], "error: unknown command 'bests' (did you mean best?)"],
  [["train", "--vocabsize", "5"], "error: unknown option '--vocabsize' (did you mean --vocab-size?)"],
  [["sweep", "--lr", "5"], "error: unknown option '--lr' (did you mean --learning-rate?)"],
  [["train", "--learning-rate", "cosin:1:0:5"], 'or JSON, got "cosin:1:0:5" (did you mean cosine?)'],
  [["train", "--optimizer", "sdg"], 'got "sdg" (did you mean sgd?)'],
  [["reproduce", "scaling-lw"], "got scaling-lw (did you mean scaling-law?)"],
  [["sweep", "--vary", "exponnt=1"], "--vary exponnt: unknown field (did you mean distribution.exponent?)"],
])("%j says so in one line", async (args, words) => {
  const { code, stdout, stderr } = await unigramLab(args);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr.trim().split("\n")).toEqual([expect.stringContaining(words)]);
});
