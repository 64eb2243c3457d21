/**
 * The weights that `train --weights` writes, in PyTorch (python3-torch), where it is installed. The package safetensors is not
 * among Debian's: a module of 40 lines stands in for it (standins), with the interface of its documentation.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { project } from "./project.js";

const python = ["/usr/bin/python3", "python3"].find(
  (candidate) => spawnSync(candidate, ["-c", "import torch"]).status === 0,
);

test.skipIf(!python)("load_weights.py computes the loss that the run had (python3-torch)", async () => {
  const { dir, run, commandsOf, remove } = await project("pytorch");
  const printed = async (file: string) => {
    const text = await run(python as string, ["load_weights.py", file], {
      PYTHONPATH: join(process.cwd(), "test/examples/standins/safetensors"),
      PYTHONDONTWRITEBYTECODE: "1",
    });
    return [...text.matchAll(/-?\d+\.\d+/g)].map(Number);
  };
  const expectLoss = async (file: string, lines: string) => {
    const { loss, excessLoss } = JSON.parse(lines.trim().split("\n").at(-1) as string);
    // logits in f32, and five digits
    expect(await printed(file)).toEqual([expect.closeTo(loss, 4), expect.closeTo(excessLoss, 4)]);
  };
  try {
    await commandsOf("load_weights.py");
    const config = ["--vocab-size", "200", "--no-tied", "--norm", "layernorm"];
    await expectLoss("run.safetensors", await run("unigram-lab", ["train", ...config, "--json"]));
    // tied, without a norm, another exponent
    const other = ["--vocab-size", "50", "--steps", "500", "--exponent", "0.5", "--learning-rate", "0.1"];
    const lines = await run("unigram-lab", ["train", ...other, "--json", "--weights", "tied.safetensors"]);
    await expectLoss(join(dir, "tied.safetensors"), lines);
  } finally {
    await remove();
  }
});
