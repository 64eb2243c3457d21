/** Share: the link, the runs as files, as pictures, and as what repeats them elsewhere. */
import { type Signal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { encodeLink, type LabLink } from "../../browser/index.js";
import type { Lab, LabRun } from "../state/lab.js";
import { contentOf } from "./content.js";
import { offers } from "./figures.js";
import { copy, download, nameOf, namesOf } from "./files.js";
import { pageLook } from "./pageLook.js";
import { sortedResults } from "./results.js";
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
  /** Says how a piece of work went; one that fails says why, in a line. */
  const saying = async (work: () => Promise<string> | string) => {
    try {
      said.value = await work();
    } catch (error) {
      said.value = (error as Error).message;
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
  saying: (work: () => Promise<string> | string) => Promise<void>;
}

function LinkPart({ lab, saying }: Pick<PartProps, "lab" | "saying">) {
  const link = useSignal<{ address: string; content: string } | undefined>(undefined);
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
    return JSON.stringify(lab.link());
  });
  useSignalEffect(() => {
    const content: LabLink = JSON.parse(state.value);
    let isOld = false;
    encodeLink(content, page()).then(
      (address) => {
        if (!isOld) link.value = { address, content: contentOf(content) };
      },
      (error) => saying(() => Promise.reject(error)),
    );
    return () => {
      isOld = true;
    };
  });
  const { address = "", content = "" } = link.value ?? {};
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
        <button
          type="button"
          class="primary"
          disabled={!address}
          onClick={() => saying(() => copy(address, field.current))}
        >
          Copy link
        </button>
      </div>
      <p class="faint">{content ? `${content} · ${address.length.toLocaleString("en")} characters` : "…"}</p>
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
  const make = (kind: TextKind) =>
    saying(async () => {
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
    });
  return (
    <section>
      <h3>Copy as</h3>
      <div class="share-row">
        {(Object.keys(texts) as TextKind[]).map((kind) => (
          <button
            type="button"
            key={kind}
            aria-pressed={shown.value?.kind === kind}
            onClick={() => make(kind)}
          >
            {texts[kind]}
          </button>
        ))}
      </div>
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
  const table = (format: "csv" | "parquet" | "json") =>
    saying(async () => {
      const runs = inScope(lab, scope.value);
      const results = sortedResults(runs);
      if (results.length === 0) return "no run has a record yet";
      const { tableFile } = await import("./tables.js");
      const name = `${namesOf("records", runs)}.${format}`;
      download(await tableFile(results, format), name);
      const going = runs
        .flatMap(({ replicas }) => replicas.value)
        .filter(({ status, config, step }) => status !== "diverged" && step < config.steps);
      return `${name}${going.length > 0 ? ": the records so far, not all runs are at their end" : ""}`;
    });
  const config = () =>
    saying(() => {
      const run = lab.focused.value;
      const name = `${nameOf(run)}.json`;
      download(`${JSON.stringify(run.config.value, null, 2)}\n`, name, "application/json");
      return `${name}: unigram-lab train --config ${name}`;
    });
  const snapshot = () =>
    saying(async () => {
      const bytes = await lab.snapshot();
      const name = `${nameOf(lab.focused.value)}.snapshot`;
      download(new Blob([bytes.slice()], { type: "application/octet-stream" }), name);
      return `${name}: unigram-lab train --resume ${name}`;
    });
  const { letter } = lab.focused.value;
  return (
    <section>
      <h3>Files</h3>
      <div class="share-row">
        <button type="button" onClick={() => table("csv")}>
          CSV
        </button>
        <button type="button" onClick={() => table("parquet")}>
          Parquet
        </button>
        <button type="button" onClick={() => table("json")}>
          JSON
        </button>
        <button type="button" onClick={config}>
          Config of {letter}
        </button>
        <button type="button" onClick={snapshot}>
          Snapshot of {letter}
        </button>
      </div>
      <p class="faint">
        Tables are those of unigram-lab export: one row per evaluation, every number bit for bit.
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
  const draw = (format: "svg" | "png") =>
    saying(async () => {
      if (!chosen) return "nothing to draw yet";
      const { pictureOf } = await import("./pictures.js");
      const file = `${chosen.file}.${format}`;
      download(await pictureOf(chosen.make(), { size: size.value, look: look.value, format }), file);
      return file;
    });
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
        <button type="button" onClick={() => draw("svg")}>
          SVG
        </button>
        <button type="button" onClick={() => draw("png")}>
          PNG
        </button>
      </div>
    </section>
  );
}
