/** What a longer sweep says of learning rates that fall to their end before the runs do. */
import type { RunConfig, Schedule } from "../config.js";
import { scheduleName } from "../figures/scheduleNames.js";
import { learningRateAt } from "../schedule/schedule.js";
import type { Plan } from "../sweep/plans.js";

/** Schedules that are said one by one. */
const LISTED = 3;

/** The step from which a rate stays where it fell to; undefined where it does not fall at last. */
function fallenAt(schedule: Schedule): number | undefined {
  if (typeof schedule === "number") return undefined;
  if (schedule.kind === "cosine") return schedule.to < schedule.from ? schedule.end : undefined;
  if (schedule.kind === "piecewise-linear") {
    const [before, last] = schedule.points.slice(-2);
    return last && last[1] < before[1] ? last[0] : undefined;
  }
  const [step, part] = schedule.parts[schedule.parts.length - 1];
  return part === 0 ? step : fallenAt(part);
}

/** A line a schedule; "" where none ends before its run. */
export function endedSchedules(plan: Plan): string {
  const lines = new Set<string>();
  for (const i of plan.runs.keys()) {
    const { learningRate, steps } = plan.at(i) as RunConfig;
    const end = fallenAt(learningRate);
    if (end !== undefined && end < steps)
      lines.add(
        `the schedule ${scheduleName(learningRate)} ends at step ${end}; steps ${end} to ${steps} train at rate ${learningRateAt(learningRate, end)}\n`,
      );
  }
  const more = lines.size - LISTED;
  return [...lines].slice(0, LISTED).join("") + (more > 0 ? `and so do ${more} more schedules\n` : "");
}
