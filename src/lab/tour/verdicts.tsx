/** What a chapter's runs say, and where they are from. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type Finding, rule, type Verdict } from "./judge.js";
import type { Recording } from "./recording.js";

const marks: Readonly<Record<Verdict, string>> = { holds: "✓ holds", fails: "✗ fails", open: "? open" };
const whose: Readonly<Record<Finding["whose"], string>> = { post: "the post says", ours: "this lab says" };

export function Verdicts({ findings }: { findings: readonly Finding[] }) {
  return (
    <>
      <h3>Judged over seeds</h3>
      <ul class="tour-findings">
        {findings.map((finding) => (
          <li key={finding.quantity} data-verdict={finding.verdict}>
            <strong>{marks[finding.verdict]}</strong>
            {` ${whose[finding.whose]}: ${finding.claim}.`}
            <span class="tour-measured">{`${finding.quantity}: ${finding.measured}; needed: ${finding.needed}.`}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** What all of the verdicts have in common. */
export function HowJudged({ findings }: { findings: readonly Finding[] }) {
  return (
    <p class="tour-source">
      {`${rule} ± is half of that interval, over seeds, by Student's t; a band in the chart is one standard deviation.`}
      {findings.some((finding) => finding.whose === "post") &&
        " The post is Ziming Liu, “Unigram toy model is surprisingly rich”, 2026."}
    </p>
  );
}

export function Recorded({ recording }: { recording: Recording | undefined }) {
  const command = useSignal("");
  const run = recording?.arms[0].runs[0];
  useEffect(() => {
    if (!run) return;
    let isLeft = false;
    // without it the rest still stands
    import("../../fields/trainCommand.js").then(
      ({ trainCommand }) => {
        if (!isLeft) command.value = `npx ${trainCommand(run.config)}`;
      },
      () => {},
    );
    return () => {
      isLeft = true;
    };
  }, [run]);
  return (
    <p class="tour-recorded">
      <strong>Recorded</strong>, not computed by this page
      {recording && `, by unigram-lab ${recording.version}`}.
      {command.value && recording && (
        <>
          {` The first of them, “${recording.arms[0].label}”, again: `}
          <code>{command.value}</code>
        </>
      )}
    </p>
  );
}
