/** The runs: which is in focus, what tells it from the others, and what can be done to it. */
import { useEffect, useRef } from "preact/hooks";
import { NumberBox } from "../controls/numberBox.js";
import { Icon } from "../layout/icon.js";
import { badEndOf } from "../state/ending.js";
import type { Lab, LabRun } from "../state/lab.js";
import { MOST_SEEDS } from "../state/room.js";
import { LookMark } from "./lookMark.js";

const words: Record<string, string> = {
  opening: "…",
  paused: "paused",
  failed: "failed",
};

function status({ origin, replicas }: LabRun): string {
  if (origin === "recorded") return "recorded";
  if (origin === "directory") return "from the directory";
  const all = replicas.value;
  const count = (one: string) => all.filter((replica) => replica.status === one).length;
  const badEnd = badEndOf(all);
  if (badEnd) return badEnd;
  const failed = all.find((replica) => replica.status === "failed");
  if (failed) return failed.failure ?? "failed";
  if (all.length > 1 && count("ended") < all.length) return `${count("ended")} of ${all.length} seeds`;
  return words[all[0]?.status ?? ""] ?? "";
}

/** Who does not round as strict arithmetic does. */
function rounding({ config, gpu, replicas }: LabRun): string {
  if (config.value.arithmetic !== "relaxed") return "";
  return gpu.value ? `≈ GPU (${replicas.value[0]?.computedBy?.adapter ?? ""}) ` : "≈ ";
}

function Line({ lab, run }: { lab: Lab; run: LabRun }) {
  const isFocused = lab.focused.value === run;
  const { letter, look } = run;
  const isHere = run.origin === "here";
  return (
    <li class={isFocused ? "run focused" : "run"}>
      <button type="button" class="name" aria-pressed={isFocused} onClick={() => lab.focus(run)}>
        <LookMark look={look} />
        <b>{letter}</b>
        {run.seeds.value > 1 && (
          <span class="faint" title={`${run.seeds.value} seeds`}>
            {" "}
            ×{run.seeds}
            <span class="hidden"> seeds</span>
          </span>
        )}{" "}
        <span class="label" title={run.label}>
          {run.label}
        </span>
        <small>{rounding(run) + status(run)}</small>
      </button>
      <button
        type="button"
        aria-pressed={run.shown.value}
        aria-label={`show run ${letter}`}
        title="in the charts, or not"
        onClick={() => lab.show(run, !run.shown.value)}
      >
        <Icon name={run.shown.value ? "shown" : "hidden"} />
      </button>
      {isHere && (
        <button
          type="button"
          aria-pressed={run.pinned.value}
          aria-label={`pin run ${letter}`}
          title="a reference: sliders leave it alone"
          onClick={() => lab.pin(run, !run.pinned.value)}
        >
          <Icon name="pin" />
        </button>
      )}
      <button
        type="button"
        aria-label={`remove run ${letter}`}
        title="remove"
        onClick={() => lab.remove(run)}
      >
        <Icon name="remove" />
      </button>
    </li>
  );
}

export function RunList({ lab }: { lab: Lab }) {
  const focused = lab.focused.value;
  const list = useRef<HTMLUListElement>(null);
  // on a phone they stand in a row that is longer than the screen
  useEffect(() => {
    const chip = list.current?.querySelector<HTMLElement>(".focused");
    if (list.current && chip) list.current.scrollLeft = chip.offsetLeft - list.current.offsetLeft;
  }, [focused]);
  return (
    <section class="runs" aria-label="runs">
      <ul ref={list}>
        {lab.runs.value.map((run) => (
          <Line key={run.letter} lab={lab} run={run} />
        ))}
      </ul>
      {focused && (
        <div class="tools">
          <button
            type="button"
            onClick={() => lab.addLike(focused)}
            title="another run like the one in focus"
          >
            + run
          </button>
          {focused.origin === "here" && (
            <>
              <button
                type="button"
                onClick={() => lab.fork()}
                title="another run that goes on from where this one is, or is scrubbed to"
              >
                <Icon name="fork" /> fork
              </button>
              <label class="seeds">
                × seeds
                <NumberBox
                  min={1}
                  max={MOST_SEEDS}
                  value={focused.seeds.value}
                  title="every run over so many seeds, drawn as mean and band"
                  onChange={(seeds) => {
                    for (const run of lab.runs.value) lab.setSeeds(run, seeds || 1);
                  }}
                />
              </label>
            </>
          )}
        </div>
      )}
    </section>
  );
}
