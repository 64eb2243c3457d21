/** The worker of `trainInWorker`: one run, its records posted as they come, its snapshot at the end. */
import { ConfigError, canonicalConfig, createTrainer, parseConfig, restoreTrainer } from "../index.js";
import type { Answer, Order } from "./message.js";

const scope = self as unknown as Worker & { readonly navigator?: Navigator };
const answer = (message: Answer, transfer: Transferable[] = []) => scope.postMessage(message, transfer);

scope.onmessage = async ({ data }: MessageEvent<Order>) => {
  try {
    answer({ lock: await holdLock() });
    const config = parseConfig(data.config);
    const trainer =
      data.snapshot === undefined
        ? await createTrainer(config, data.runtime)
        : await restoreTrainer(data.snapshot, { ...data.runtime, steps: config.steps });
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

/** A Web Lock of a random name, held until this worker ends: its name. Null where there are no locks. */
function holdLock(): Promise<string | null> {
  const name = `unigram-lab ${crypto.getRandomValues(new Uint32Array(4)).join("-")}`;
  return new Promise((resolve) => {
    const hold = () => {
      resolve(name);
      return new Promise<never>(() => {});
    };
    const { locks } = scope.navigator ?? {};
    if (locks) locks.request(name, hold).catch(() => resolve(null));
    else resolve(null);
  });
}
