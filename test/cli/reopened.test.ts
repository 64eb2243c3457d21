/** `train` on a device that is lost: what it prints and writes. */
import { afterEach, expect, test, vi } from "vitest";
import { DeviceLost } from "../../src/backend/backend.js";
import { reopened } from "../../src/cli/reopened.js";
import {
  createTrainer,
  type RunConfigInput,
  type Trainer,
  type TrainingRecord,
  train,
} from "../../src/index.js";
import { LossyDevice } from "../training/lossyDevice.js";

const config: RunConfigInput = { vocabSize: 20, embeddingDim: 4, batchSize: 8, steps: 50, evaluateEvery: 10 };

let said: string[] = [];
vi.spyOn(process.stderr, "write").mockImplementation((text) => said.push(String(text)) > 0);
afterEach(() => {
  said = [];
});

/** Runs it, and does this at these records. */
async function run(
  device: LossyDevice,
  at: Record<number, () => void>,
  input = config,
): Promise<TrainingRecord[]> {
  const trainer = await createTrainer(input, { backend: device.kind });
  const records: TrainingRecord[] = [];
  const onAfresh = () => {
    records.length = 0;
  };
  try {
    for await (const record of reopened(trainer, { onAfresh })) {
      records.push(record);
      at[record.step]?.();
      delete at[record.step];
    }
  } finally {
    trainer.dispose();
  }
  return records;
}

const whole = async (input = config) => {
  const records = [];
  for await (const record of train(input)) records.push(record);
  return records;
};

test("lost three times: every record once, a line each", async () => {
  const device = new LossyDevice();
  const lose = () => device.lose();
  expect(await run(device, { 10: lose, 20: lose, 40: lose })).toEqual(await whole());
  expect(said).toEqual(Array(3).fill("the device was lost: the run goes on, at step 0\n"));
});

test("on another device: all records are of that", async () => {
  const device = new LossyDevice();
  const change = () => {
    device.lose();
    device.adapter = "second";
  };
  expect(await run(device, { 20: change })).toEqual(await whole());
  expect(said).toEqual(["the device was lost: the run begins afresh on second, at step 0\n"]);
});

test("lost a fourth time, or with no other to be found, it ends with that", async () => {
  const device = new LossyDevice();
  const lose = () => device.lose();
  await expect(run(device, { 0: lose, 10: lose, 20: lose, 30: lose })).rejects.toThrow(DeviceLost);
  expect(said).toHaveLength(3);
  const gone = new LossyDevice();
  const away = () => {
    gone.lose();
    gone.adapter = undefined;
  };
  await expect(run(gone, { 10: away })).rejects.toThrow(DeviceLost);
  expect(said).toHaveLength(3);
});

test("one that comes back is found", async () => {
  const device = new LossyDevice();
  const away = () => {
    device.lose();
    device.adapter = undefined;
    setTimeout(() => {
      device.adapter = "first";
    }, 1500);
  };
  expect(await run(device, { 10: away })).toEqual(await whole());
  expect(said).toHaveLength(1);
});

test("a run that diverges at the step of its last record says both", async () => {
  const device = new LossyDevice();
  const trainer = await createTrainer(config, { backend: device.kind });
  const { value: first } = await trainer.run().next();
  const both = [first, { ...first, diverged: true }] as TrainingRecord[];
  const given = { stepCount: 0, run: () => both } as unknown as Trainer;
  const records = [];
  for await (const record of reopened(given, { onAfresh: () => {} })) records.push(record);
  expect(records).toEqual(both);
});
