import { ConfigError } from "../config.js";
import { NotReplaced } from "../disk/writeWhole.js";

/** Runs a command's work; where a file is not replaced, the error says by which flag it would be, if there is one. */
export async function refusedUnless<T>(flag: "--force" | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const refusal = error instanceof ConfigError ? (error as Partial<NotReplaced>).refusal : undefined;
    throw refusal === undefined ? error : new NotReplaced(refusal, flag);
  }
}
