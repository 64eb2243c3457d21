import cliProgress from "cli-progress";
import type { PoolProgress } from "../sweep/pool.js";

const clock = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
};

/** One bar with the time left on a terminal, a plain line every five seconds elsewhere; both on stderr. */
export function progressReporter(total: number): { update(progress: PoolProgress): void; stop(): void } {
  const from = performance.now();
  const timeLeft = (share: number): string => {
    const elapsed = (performance.now() - from) / 1000;
    return share > 0.01 ? clock((elapsed / share) * (1 - share)) : "-:--";
  };
  if (process.stderr.isTTY) {
    const bar = new cliProgress.SingleBar({
      format: "{bar} {percentage}%  {finished}/{runs} runs  {left} left",
      barCompleteChar: "█",
      barIncompleteChar: "░",
      hideCursor: true,
      clearOnComplete: true,
      stopOnComplete: false,
      barsize: 30,
    });
    bar.start(1, 0, { finished: 0, runs: total, left: "-:--" });
    return {
      update: ({ share, finished, total: runs }) =>
        bar.update(share, { finished, runs, left: timeLeft(share) }),
      stop: () => bar.stop(),
    };
  }
  let last = performance.now();
  return {
    update({ share, finished, total: runs }) {
      if (performance.now() - last < 5000) return;
      last = performance.now();
      process.stderr.write(
        `${Math.round(100 * share)} %, ${finished} of ${runs} runs, ${timeLeft(share)} left\n`,
      );
    },
    stop() {},
  };
}
