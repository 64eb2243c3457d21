/** Share: the link, the runs as files, as pictures, and as what repeats them elsewhere. */
import { type Signal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { encodeLink } from "../../browser/index.js";
import type { Lab, LabRun } from "../state/lab.js";
import { Act, type Saying } from "./act.js";
import { contentOf, noticesOf } from "./content.js";
import { offers } from "./figures.js";
import { copy, download, nameOf, namesOf } from "./files.js";
import { isOnlyHere } from "./onlyHere.js";
import { pageLook } from "./pageLook.js";
import { sortedResults } from "./results.js";
import { type Sent, sentOf } from "./sent.js";
import "./share.css";

interface Props {
  lab: Lab;
  onClose: () => void;
}

/** Runs that are shared: all that are shown, or the one in focus. */
type Scope = "shown" | "focused";

const inScope = (lab: Lab, scope: Scope): LabRun[] => {
  const shown = lab.runs.value.filter((run) => run.shown.value);
  return scope === "focused" || shown.length === 0 ? [lab.focused.value] : shown;
};
const lettersOf = (runs: readonly LabRun[]): string => runs.map(({ letter }) => letter).join(", ");

/** This page without a link: what a link goes behind. */
const page = (): string => location.href.replace(/[?#].*$/, "");

export function Share({ lab, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const said = useSignal("");
  const scope = useSignal<Scope>("shown");
  useEffect(() => dialog.current?.showModal(), []);
  // the way back may lead to a page of a directory without a run
  const isEmpty = lab.runs.value.length === 0;
  useEffect(() => {
    if (isEmpty) dialog.current?.close();
  }, [isEmpty]);
  if (isEmpty) return <dialog ref={dialog} class="share" aria-labelledby={title} onClose={onClose} />;
  /** Says how a piece of work went; one that fails says why, in a line. */
  const saying: Saying = async (work) => {
    try {
      said.value = await work();
      return true;
    } catch (error) {
      said.value = (error as Error).message;
      return false;
    }
  };
  const part = { lab, scope, saying };
  return (
    <dialog ref={dialog} class="share" aria-labelledby={title} onClose={onClose}>
      <div class="share-body">
        <header>
          <h2 id={title}>Share</h2>
          <button type="button" aria-label="close" onClick={() => dialog.current?.close()}>
            ×
          </button>
        </header>
        <LinkPart lab={lab} saying={saying} />
        <ScopePart lab={lab} scope={scope} />
        <TextPart {...part} />
        <FilePart {...part} />
        <PicturePart {...part} />
        <p class="share-said" role="status">
          {said}
        </p>
      </div>
    </dialog>
  );
}

interface PartProps {
  lab: Lab;
  scope: Signal<Scope>;
  saying: Saying;
}

function LinkPart({ lab, saying }: Pick<PartProps, "lab" | "saying">) {
  const made = useSignal<{ address?: string; lines: string[] }>({ lines: ["…"] });
  const field = useRef<HTMLInputElement>(null);
  // what the link holds of the runs: it changes less often than they do
  const state = useComputed(() => {
    void lab.view.value;
    void lab.scrubbed.value;
    void lab.focused.value;
    void lab.chapter.value;
    for (const run of lab.runs.value) {
      void run.shown.value;
      void run.pinned.value;
      void run.config.value;
      for (const { weightsHash } of run.replicas.value) void weightsHash;
    }
    return JSON.stringify(sentOf(lab));
  });
  useSignalEffect(() => {
    const { link, ...others }: Sent = JSON.parse(state.value);
    const notices = noticesOf(others);
    if (!link) {
      made.value = { lines: ["No run of this page can be sent.", ...notices] };
      return;
    }
    let isOld = false;
    encodeLink(link, page()).then(
      (address) => {
        if (isOld) return;
        const content = contentOf(link, others.untrained);
        const length = `${address.length.toLocaleString("en")} characters`;
        made.value = { address, lines: [`${content} · ${length}`, ...notices] };
      },
      (error) => {
        if (!isOld) made.value = { lines: [(error as Error).message] };
      },
    );
    return () => {
      isOld = true;
    };
  });
  const { address = "", lines } = made.value;
  return (
    <section>
      <h3>Link</h3>
      <div class="share-row">
        <input
          ref={field}
          aria-label="link to this page"
          readOnly
          value={address}
          onFocus={() => field.current?.select()}
        />
        <Act
          primary
          done="copied"
          {...{ saying, disabled: !address }}
          work={() => copy(address, field.current)}
        >
          Copy link
        </Act>
      </div>
      {lines.map((line) => (
        <p key={line} class="faint">
          {line}
        </p>
      ))}
      {address && isOnlyHere(location) && (
        <p class="faint">
          Only this machine opens this address. Others start <code>npx unigram-lab lab</code> and append
          everything from # on to its address, or run <code>npx unigram-lab train --config 'LINK'</code> (the
          run in focus). <code>npx unigram-lab lab --build DIR</code> writes a page to publish, whose links
          open everywhere.
        </p>
      )}
    </section>
  );
}

function ScopePart({ lab, scope }: Pick<PartProps, "lab" | "scope">) {
  const name = useId();
  const choices: [Scope, string][] = [
    ["shown", `runs shown (${lettersOf(inScope(lab, "shown"))})`],
    ["focused", `the one in focus (${lab.focused.value.letter})`],
  ];
  return (
    <fieldset>
      <legend>Export</legend>
      {choices.map(([value, text]) => (
        <label key={value}>
          <input
            type="radio"
            name={name}
            checked={scope.value === value}
            onChange={() => {
              scope.value = value;
            }}
          />
          {text}
        </label>
      ))}
    </fieldset>
  );
}

const texts = {
  command: "Command line",
  code: "Code",
  sweep: "Sweep",
} as const;
type TextKind = keyof typeof texts;

function TextPart({ lab, scope, saying }: PartProps) {
  const shown = useSignal<{ kind: TextKind; text: string } | undefined>(undefined);
  const pre = useRef<HTMLPreElement>(null);
  const make = async (kind: TextKind) => {
    shown.value = undefined;
    const configs = inScope(lab, scope.value).flatMap(({ replicas }) =>
      replicas.value.map(({ config }) => config),
    );
    const { textOf } = await import("./texts.js");
    const text = textOf(kind, configs);
    shown.value = { kind, text };
    // it has to be on the page before it can be selected
    await new Promise((resolve) => requestAnimationFrame(resolve));
    return `${texts[kind]}: ${await copy(text, pre.current)}`;
  };
  return (
    <section>
      <h3>Copy as</h3>
      <div class="share-row">
        {(Object.keys(texts) as TextKind[]).map((kind) => (
          <Act
            key={kind}
            done="copied"
            pressed={shown.value?.kind === kind}
            {...{ saying, work: () => make(kind) }}
          >
            {texts[kind]}
          </Act>
        ))}
      </div>
      <p class="faint">Without a global install, write npx before unigram-lab.</p>
      {shown.value && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, which a keyboard must be able to do
        <pre ref={pre} tabIndex={0}>
          {shown.value.text}
        </pre>
      )}
    </section>
  );
}

function FilePart({ lab, scope, saying }: PartProps) {
  const table = async (format: "csv" | "parquet" | "json") => {
    const runs = inScope(lab, scope.value);
    const results = sortedResults(runs);
    if (results.length === 0) throw new Error("no run has a record yet");
    const { tableFile } = await import("./tables.js");
    const name = `${namesOf("records", runs)}.${format}`;
    download(await tableFile(results, format), name);
    const going = runs
      .flatMap(({ replicas }) => replicas.value)
      .filter(({ status, config, step }) => status !== "diverged" && step < config.steps);
    return `${name}${going.length > 0 ? ": the records so far, not all runs are at their end" : ""}`;
  };
  const config = () => {
    const run = lab.focused.value;
    const name = `${nameOf(run)}.json`;
    download(`${JSON.stringify(run.config.value, null, 2)}\n`, name, "application/json");
    return `${name}: unigram-lab train --config ${name}`;
  };
  const snapshot = async () => {
    const bytes = await lab.snapshot();
    const name = `${nameOf(lab.focused.value)}.snapshot`;
    download(new Blob([bytes.slice()], { type: "application/octet-stream" }), name);
    return `${name}: unigram-lab train --resume ${name}`;
  };
  const { letter, origin } = lab.focused.value;
  const hasWeights = origin === "here";
  const saved = { saying, done: "saved" };
  return (
    <section>
      <h3>Files</h3>
      <div class="share-row">
        <Act {...saved} work={() => table("csv")}>
          CSV
        </Act>
        <Act {...saved} work={() => table("parquet")}>
          Parquet
        </Act>
        <Act {...saved} work={() => table("json")}>
          JSON
        </Act>
        <Act {...saved} work={config}>
          Config of {letter}
        </Act>
        <Act {...saved} disabled={!hasWeights} work={snapshot}>
          Snapshot of {letter}
        </Act>
      </div>
      <p class="faint">
        Tables are those of unigram-lab export: one row per evaluation, every number bit for bit.
        {hasWeights
          ? ""
          : ` ${letter} was not computed in this page, which has no weights of it for a snapshot.`}
      </p>
    </section>
  );
}

function PicturePart({ lab, scope, saying }: PartProps) {
  const name = useSignal<string | undefined>(undefined);
  const size = useSignal<"page" | "slide">("page");
  const look = useSignal(pageLook());
  const found = offers(lab, lab.runs.value, inScope(lab, scope.value));
  const { panels } = lab.view.value;
  const chosen =
    found.find((offer) => offer.name === name.value) ??
    found.find((offer) => panels.includes(offer.name)) ??
    found[0];
  const draw = async (format: "svg" | "png") => {
    if (!chosen) throw new Error("nothing to draw yet");
    const { pictureOf } = await import("./pictures.js");
    const file = `${chosen.file}.${format}`;
    download(await pictureOf(chosen.make(), { size: size.value, look: look.value, format }), file);
    return file;
  };
  return (
    <section>
      <h3>Picture</h3>
      <div class="share-row">
        <select
          aria-label="figure"
          value={chosen?.name}
          onChange={({ currentTarget }) => {
            name.value = currentTarget.value;
          }}
        >
          {found.map((offer) => (
            <option key={offer.name} value={offer.name}>
              {offer.title}
            </option>
          ))}
        </select>
        <select
          aria-label="size of its text"
          value={size.value}
          onChange={({ currentTarget }) => {
            size.value = currentTarget.value as "page" | "slide";
          }}
        >
          <option value="page">for a page</option>
          <option value="slide">for a slide</option>
        </select>
        <select
          aria-label="its colours"
          value={look.value}
          onChange={({ currentTarget }) => {
            look.value = currentTarget.value as "light" | "dark";
          }}
        >
          <option value="light">light</option>
          <option value="dark">dark</option>
        </select>
        <Act done="saved" {...{ saying, work: () => draw("svg") }}>
          SVG
        </Act>
        <Act done="saved" {...{ saying, work: () => draw("png") }}>
          PNG
        </Act>
      </div>
    </section>
  );
}
