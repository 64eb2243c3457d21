/** Why a run ended before its time: by itself, or by the weakness of the machine that it ran on. */

export interface Trouble {
  /** `memory`: there is not so much at hand. `machine`: descriptors, disk, threads. Both may be better the next time. */
  cause: "run" | "memory" | "machine";
  /** One line. */
  message: string;
}

const MEMORY =
  /more than is at hand|on the GPU, which refused them|out[ _]?of[ _]?(device[ _]|host[ _])?memory|allocation failed|could not allocate|cannot allocate/i;

const NO_THREAD = /^threads: one of this run's could not be started/;

/** Errors of the system have a number; threads that cannot be made a code, or the words of the run that asked for them. */
const isSystemError = ({ errno, code, message }: NodeJS.ErrnoException): boolean =>
  errno !== undefined || code === "ERR_WORKER_INIT_FAILED" || NO_THREAD.test(message);

/** Judged where it was thrown: on its way between threads an error loses its properties. */
export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof Error)) return { cause: "run", message: String(error).split("\n")[0] };
  const message = error.message.split("\n")[0];
  const { code } = error as NodeJS.ErrnoException;
  if (MEMORY.test(message) || code === "ENOMEM" || code === "ERR_WORKER_OUT_OF_MEMORY")
    return { cause: "memory", message };
  return { cause: isSystemError(error) ? "machine" : "run", message };
}
