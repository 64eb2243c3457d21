import { describe, expect, test } from "vitest";
import { parseWhere, whereHelp, whereText } from "../../src/cli/whereText.js";
import { ConfigError } from "../../src/config.js";

test.each<[string, unknown]>([
  ["vocabSize=1000", { path: "vocabSize", equals: 1000 }],
  ["vocabSize == 1e3", { path: "vocabSize", equals: 1000 }],
  ["learningRate<0.1", { path: "learningRate", below: 0.1 }],
  ["learningRate <= .1", { path: "learningRate", atMost: 0.1 }],
  ["learningRate>1e-3", { path: "learningRate", above: 1e-3 }],
  ["learningRate>=1e-3", { path: "learningRate", atLeast: 1e-3 }],
  ["config.learningRate=0.1", { path: "learningRate", equals: 0.1 }],
  ["seed!=3", { path: "seed", not: 3 }],
  ["tied=false", { path: "tied", equals: false }],
  ["norm=none", { path: "norm", equals: "none" }],
  ["optimizer=sgd", { path: "optimizer.kind", equals: "sgd" }],
  ["optimizer.kind!=sgd", { path: "optimizer.kind", not: "sgd" }],
  ["exponent=-1", { path: "distribution.exponent", equals: -1 }],
  ["lr=0.1", { path: "learningRate", equals: 0.1 }],
  ["weight-decay>0", { path: "optimizer.weightDecay", above: 0 }],
  ["excessLoss<1", { path: "excessLoss", below: 1 }],
  ["inputDependence>0.5", { path: "inputDependence", above: 0.5 }],
  ["diverged=true", { path: "diverged", equals: true }],
  ["embeddingDim<vocabSize", { path: "embeddingDim", below: { path: "vocabSize" } }],
  ["loss<trainLoss", { path: "loss", below: { path: "trainLoss" } }],
  ["learningRate.kind=cosine", { path: "learningRate.kind", equals: "cosine" }],
  ["learningRate.from>0.1", { path: "learningRate.from", above: 0.1 }],
  [
    "learningRate=cosine:0.1:0:300",
    { path: "learningRate", equals: '{"end":300,"from":0.1,"kind":"cosine","start":0,"to":0}' },
  ],
  [
    'interventions=[{"step":5,"kind":"reset-moments"}]',
    { path: "interventions", equals: '[{"kind":"reset-moments","step":5}]' },
  ],
])("%s", (text, condition) => {
  expect(parseWhere(text)).toEqual(condition);
  expect(parseWhere(whereText(parseWhere(text)))).toEqual(condition);
});

describe("a bad one is a line that names the flag and the field", () => {
  const form = "expected FIELD<VALUE with <, <=, =, !=, >= or >";
  test.each([
    ["vocabSize", `--where: ${form}, got "vocabSize"`],
    ["", `--where: ${form}, got ""`],
    ["=3", `--where: ${form}, got "=3"`],
    ["seed=", `--where: ${form}, got "seed="`],
    ["lerningRate<1", "--where lerningRate: unknown field (did you mean learningRate?)"],
    ["exessLoss<1", "--where exessLoss: unknown field (did you mean excessLoss?)"],
    ["optimiser=sgd", "--where optimiser: unknown field (did you mean optimizer?)"],
    ["constructor=1", "--where constructor: unknown field"],
    ["vocabSize=many", '--where vocabSize: expected a number, got "many"'],
    ["vocabSize=1000,seed=1", '--where vocabSize: expected a number, got "1000,seed=1"'],
    ["excessLoss<high", '--where excessLoss: expected a number, got "high"'],
    ["learningRate<cosine:1:0:3", '--where learningRate: expected a number, got "cosine:1:0:3"'],
    ["tied=1", '--where tied: expected true or false, got "1"'],
    ["diverged=no", '--where diverged: expected true or false, got "no"'],
    ["norm<layernorm", '--where norm: expected = or != for what is no number, got "layernorm"'],
    ["norm=layrnorm", '--where norm: expected "none" or "layernorm" or "rmsnorm", got "layrnorm"'],
    ["learningRate=warmup:5", '--where learningRate: expected warmup:STEPS:VALUE, got "warmup:5"'],
  ])("%s", (text, line) => {
    let thrown: unknown;
    try {
      parseWhere(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigError);
    expect((thrown as Error).message).toBe(line);
  });
});

test("the help is of lines of 80 characters, and what it shows is read", () => {
  const shown = whereHelp.split("\n");
  for (const line of shown) expect(line.length).toBeLessThanOrEqual(80);
  const conditions = Array.from(whereHelp.matchAll(/--where (?:"([^"]+)"|(\S+))/g), ([, a, b]) => a ?? b);
  expect(conditions).toHaveLength(8);
  for (const condition of conditions) expect(() => parseWhere(condition)).not.toThrow();
});
