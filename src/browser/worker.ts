/** The worker of `trainInWorker`: one run, its records posted as they come, its snapshot at the end. */
import { ConfigError, canonicalConfig, createTrainer, parseConfig, restoreTrainer } from "../index.js";
import type { Answer, Order } from "./message.js";

const answer = (message: Answer, transfer: Transferable[] = []) =>
  (self as unknown as Worker).postMessage(message, transfer);

self.onmessage = async ({ data }: MessageEvent<Order>) => {
  try {
    const config = parseConfig(data.config);
    const trainer = data.snapshot
      ? await restoreTrainer(data.snapshot, { steps: config.steps })
      : await createTrainer(config);
    if (canonicalConfig(trainer.config) !== canonicalConfig(config))
      throw new ConfigError("snapshot: expected one of a run of this config, got another's");
    for await (const record of trainer.run()) answer({ record });
    const snapshot = await trainer.snapshot();
    answer({ snapshot }, [snapshot.buffer]);
  } catch (error) {
    const { name, message } = error as Error;
    answer({ error: { name, message } });
  }
};
