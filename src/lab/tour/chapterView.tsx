/** A chapter: question, guess, runs, verdict. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Lab } from "../state/lab.js";
import type { Chapter } from "./chapter.js";
import type { Drawn } from "./guess/axes.js";
import { GuessChart } from "./guess/chart.js";
import type { DrawnCurve } from "./guess/draw.js";
import type { Recording } from "./recording.js";
import { SaveFigure } from "./saveFigure.js";
import type { Seen } from "./seen.js";
import { type OnStage, type Progress, progressOf, type Stage } from "./stage.js";
import { HowJudged, Recorded, Verdicts } from "./verdicts.js";

/** What came of a chapter's runs, and the colours they have on the page. */
export interface Result {
  seen: Seen;
  looks: ReadonlyMap<string, number>;
}

/** What a chapter remembers as long as the tour is open. */
export interface Session {
  /** Undefined until a handle was moved. */
  drawn: Signal<Drawn | undefined>;
  onStage: Signal<OnStage | undefined>;
  result: Signal<Result | undefined>;
  recording: Signal<Recording | undefined>;
  /** Whether the reader wants to draw first, though the page has the runs. */
  isOwn: Signal<boolean>;
}

interface Properties {
  lab: Lab;
  chapter: Chapter;
  session: Session;
  stage: Stage;
}

/** Milliseconds between two looks at runs that are going on. */
const OFTEN = 150;

const resultOf = (onStage: OnStage, seen: Seen): Result => ({
  seen,
  looks: new Map([...onStage].map(([label, { run }]) => [label, run.look])),
});

/** Of what has a record already. */
function curvesOf(chapter: Chapter, { seen, looks }: Result): DrawnCurve[] {
  const begun = new Map([...seen].filter(([, runs]) => runs.every(({ records }) => records.length > 0)));
  return chapter.curves(begun).map((curve) => ({ ...curve, look: looks.get(curve.label) ?? 0 }));
}

export function ChapterView({ lab, chapter, session, stage }: Properties) {
  const { drawn, onStage, result, recording, isOwn } = session;
  const trouble = useSignal("");
  const progress = useSignal<Progress | undefined>(undefined);
  const placed = onStage.value;
  const runs = lab.runs.value;

  const run = async () => {
    trouble.value = "";
    try {
      if (chapter.recorded) recording.value ??= await chapter.recorded();
    } catch (error) {
      trouble.value = `The recorded runs did not load: ${error instanceof Error ? error.message : error}`;
      return;
    }
    onStage.value = recording.value ? stage.show(chapter, recording.value) : stage.play(chapter, drawn.value);
  };

  // a link that holds the chapter's runs is sent for its verdict
  useEffect(() => {
    if (onStage.peek() || result.peek() || drawn.peek() || isOwn.peek()) return;
    if (!chapter.recorded) onStage.value = stage.found(chapter);
    // recorded runs are in no link: beside them, the page's own were out of sight
    else if (runs.every(({ origin, shown }) => origin === "here" && !shown.peek())) run();
  }, [runs]);

  // not with every record of every run, which would hold these up
  useEffect(() => {
    if (!placed) return;
    const look = () => {
      const now = progressOf(lab, placed);
      progress.value = now;
      if (now.kind === "running") return;
      // what came of the runs is kept as it was: the reader may change them then
      if (now.kind === "done") result.value = resultOf(placed, now.seen);
      else trouble.value = now.kind === "changed" ? "These runs were changed before they ended." : now.why;
      onStage.value = undefined;
    };
    look();
    const timer = setInterval(look, OFTEN);
    return () => clearInterval(timer);
  }, [placed]);

  const shown = result.value;
  const going = placed && progress.value?.kind === "running" ? progress.value : undefined;
  const visible = going && placed ? resultOf(placed, going.seen) : shown;
  const drawing = {
    guess: chapter.guess,
    drawn: drawn.value,
    curves: visible ? curvesOf(chapter, visible) : [],
    references: visible ? chapter.references(visible.seen).filter(({ value }) => Number.isFinite(value)) : [],
    open: !placed && !shown,
  };
  const findings = shown && !going ? chapter.findings(shown.seen) : [];
  const count = chapter.arms(drawn.value).reduce((sum, { seeds }) => sum + seeds, 0);

  const drawAgain = () => {
    isOwn.value = true;
    onStage.value = undefined;
    result.value = undefined;
  };
  return (
    <div class="tour-chapter">
      <div class="tour-text">
        <p class="tour-question">{chapter.question}</p>
        <p>{chapter.setting}</p>
      </div>
      <div class="tour-draw">
        <h3>{drawing.open ? chapter.guess.task : chapter.guess.shown}</h3>
        <GuessChart
          {...drawing}
          onDraw={(values) => {
            drawn.value = values;
          }}
        />
        {going && <progress max={1} value={going.share} aria-label="steps done of all runs" />}
        <p class="tour-actions">
          {drawing.open ? (
            <button type="button" class="tour-run" onClick={run}>
              {chapter.recorded ? `Show the ${count} recorded runs` : `Run: ${count} runs`}
            </button>
          ) : (
            <button type="button" onClick={drawAgain}>
              {drawn.value ? "Draw again" : "Draw your own first"}
            </button>
          )}
          {shown && !placed && (
            <>
              <button type="button" onClick={run}>
                {chapter.recorded ? "Show the runs again" : "Run again"}
              </button>
              <SaveFigure chapter={chapter} drawing={drawing} seen={shown.seen} />
            </>
          )}
        </p>
      </div>
      <div class="tour-outcome">
        <p class="tour-status" role="status">
          {trouble.value ||
            (going
              ? `${going.done} of ${going.of} runs are at their end${lab.playing.value ? "" : "; paused, Play goes on"}.`
              : shown
                ? chapter.told(shown.seen, drawn.value)
                : drawn.value
                  ? ""
                  : "Nothing drawn yet; you may also run without a guess.")}
        </p>
        {findings.length > 0 && <Verdicts findings={findings} />}
      </div>
      <div class="tour-notes">
        {findings.length > 0 && <HowJudged findings={findings} />}
        {chapter.recorded && <Recorded recording={recording.value} />}
        <p class="tour-source">{chapter.source}</p>
        <details>
          <summary>For teachers</summary>
          <p>{chapter.teacher}</p>
        </details>
      </div>
    </div>
  );
}
