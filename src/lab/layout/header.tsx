/** The head of the page: play, step, replay, seeds, speed, and what opens the rest. */
import type { Lab } from "../state/lab.js";
import { toggleTheme } from "./colourTheme.js";

const paces: [text: string, stepsPerSecond: number | undefined][] = [
  ["full speed", undefined],
  ["1000 steps/s", 1000],
  ["100 steps/s", 100],
  ["10 steps/s", 10],
];

const thousands = (x: number) => (x >= 1000 ? `${(x / 1000).toFixed(1)}k` : String(Math.round(x)));

export function Header({ lab, onShare }: { lab: Lab; onShare: () => void }) {
  const playing = lab.playing.value;
  const isAtRest = lab.runs.value.every(({ replicas }) =>
    replicas.value.every(({ status }) => status !== "opening" && status !== "running"),
  );
  return (
    <header class="bar">
      <h1>unigram-lab</h1>
      <div class="tools">
        <button
          type="button"
          onClick={() => (playing ? lab.pause() : lab.play())}
          aria-pressed={!playing}
          disabled={playing && isAtRest}
        >
          {playing ? "Pause" : "Play"}
        </button>
        <button type="button" onClick={() => lab.step()} title="one step of every run">
          Step
        </button>
        <button type="button" onClick={() => lab.replay()} title="all runs again, with the same seeds">
          Replay
        </button>
        <button
          type="button"
          onClick={() => lab.reseed()}
          title="another seed for all runs that are not pinned"
        >
          Seed {lab.focused.value?.config.value.seed}
        </button>
        <select
          aria-label="speed"
          value={String(lab.pace.value)}
          onChange={({ currentTarget }) => {
            lab.pace.value = currentTarget.value === "undefined" ? undefined : Number(currentTarget.value);
          }}
        >
          {paces.map(([text, pace]) => (
            <option key={text} value={String(pace)}>
              {text}
            </option>
          ))}
        </select>
      </div>
      <p class="state" aria-hidden="true">
        {lab.runs.value.length} {lab.runs.value.length === 1 ? "run" : "runs"} ·{" "}
        {lab.stepsPerSecond.value > 0 ? `${thousands(lab.stepsPerSecond.value)} steps/s` : "at rest"}
      </p>
      <div class="tools">
        <button type="button" onClick={() => lab.undo()} title="undo (the back button)">
          Undo
        </button>
        <button
          type="button"
          aria-pressed={lab.chapter.value !== undefined}
          onClick={() => {
            lab.chapter.value = lab.chapter.value === undefined ? "" : undefined;
          }}
        >
          Tour
        </button>
        <button type="button" onClick={onShare} disabled={lab.runs.value.length === 0}>
          Share
        </button>
        <button type="button" onClick={toggleTheme} aria-label="light or dark" title="light or dark">
          ◐
        </button>
      </div>
    </header>
  );
}
