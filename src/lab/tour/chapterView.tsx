/** A chapter: question, guess, runs, verdict. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Lab } from "../state/lab.js";
import type { Chapter } from "./chapter.js";
import type { Drawn } from "./guess/axes.js";
import { GuessChart } from "./guess/chart.js";
import type { Finding, Verdict } from "./judge.js";
import type { Recording } from "./recording.js";
import type { Seen } from "./seen.js";
import { type OnStage, progressOf, type Stage } from "./stage.js";

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
}

interface Properties {
  lab: Lab;
  chapter: Chapter;
  session: Session;
  stage: Stage;
}

export function ChapterView({ lab, chapter, session, stage }: Properties) {
  const { drawn, onStage, result, recording } = session;
  const trouble = useSignal("");
  const placed = onStage.value;
  const progress = placed && progressOf(lab, placed);

  // what came of the runs is kept as it was: the reader may change them then
  useEffect(() => {
    if (!placed || !progress || progress.kind === "running") return;
    if (progress.kind === "done")
      result.value = {
        seen: progress.seen,
        looks: new Map([...placed].map(([label, { run }]) => [label, run.look])),
      };
    else
      trouble.value =
        progress.kind === "changed" ? "These runs were changed before they ended." : progress.why;
    onStage.value = undefined;
  }, [progress?.kind]);

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
  const shown = result.value;
  const curves = (shown ? chapter.curves(shown.seen) : []).map((curve) => ({
    ...curve,
    look: shown?.looks.get(curve.label) ?? 0,
  }));
  const busy = progress?.kind === "running";
  const count = chapter.arms(drawn.value).reduce((sum, { seeds }) => sum + seeds, 0);

  return (
    <>
      <p class="tour-question">{chapter.question}</p>
      <p>{chapter.setting}</p>
      <h3>{chapter.guess.task}</h3>
      <GuessChart
        guess={chapter.guess}
        drawn={drawn.value}
        curves={curves}
        references={shown ? chapter.references(shown.seen) : []}
        open={!busy && !shown}
        onDraw={(values) => {
          drawn.value = values;
        }}
      />
      <p class="tour-actions">
        {shown ? (
          <>
            <button
              type="button"
              onClick={() => {
                result.value = undefined;
              }}
            >
              Draw again
            </button>
            <button type="button" onClick={run}>
              {chapter.recorded ? "Show the runs again" : "Run again"}
            </button>
          </>
        ) : (
          <button type="button" class="tour-run" disabled={busy} onClick={run}>
            {chapter.recorded ? `Show the ${count} recorded runs` : `Run: ${count} runs`}
          </button>
        )}
      </p>
      <p class="tour-status" role="status">
        {trouble.value ||
          (progress?.kind === "running"
            ? `${progress.done} of ${progress.of} runs are at their end.`
            : shown
              ? chapter.told(shown.seen, drawn.value)
              : drawn.value
                ? ""
                : "Nothing drawn yet; you may also run without a guess.")}
      </p>
      {shown && <Verdicts findings={chapter.findings(shown.seen)} />}
      {chapter.recorded && <Recorded recording={recording.value} />}
      <p class="tour-source">{chapter.source}</p>
      <details>
        <summary>For teachers</summary>
        <p>{chapter.teacher}</p>
      </details>
    </>
  );
}

const marks: Readonly<Record<Verdict, string>> = { holds: "✓ holds", fails: "✗ fails", open: "? open" };
const whose: Readonly<Record<Finding["whose"], string>> = { post: "the post says", ours: "this lab says" };

function Verdicts({ findings }: { findings: readonly Finding[] }) {
  const [first] = findings;
  return (
    <>
      <h3>Judged over seeds</h3>
      <ul class="tour-findings">
        {findings.map((finding) => (
          <li key={finding.quantity} data-verdict={finding.verdict}>
            <strong>{marks[finding.verdict]}</strong>
            {` ${whose[finding.whose]}: ${finding.claim}.`}
            <span class="tour-measured">{`${finding.quantity}: ${finding.measured}; ${finding.rule}.`}</span>
          </li>
        ))}
      </ul>
      {first && (
        <p class="tour-source">
          ± is half of the 95 % interval of the mean, by Student's t; the band is one standard deviation.
        </p>
      )}
    </>
  );
}

function Recorded({ recording }: { recording: Recording | undefined }) {
  return (
    <p class="tour-recorded">
      <strong>Recorded</strong>, not computed by this page
      {recording && (
        <>
          {`: unigram-lab ${recording.version}, bits ${recording.bitsRevision}. In its source, `}
          <code>{recording.command}</code> makes the same runs again
        </>
      )}
      .
    </p>
  );
}
