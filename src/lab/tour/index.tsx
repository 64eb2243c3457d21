/** The tour: eight chapters, each a question, a guess that the reader draws, its runs, and a verdict over seeds. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Lab } from "../state/lab.js";
import { chapters } from "./chapters/index.js";
import { ChapterView, type Session } from "./chapterView.js";
import { Stage } from "./stage.js";
import "./tour.css";

const newSession = (): Session => ({
  drawn: signal(undefined),
  onStage: signal(undefined),
  result: signal(undefined),
  recording: signal(undefined),
  isOwn: signal(false),
});

/** The chapter that was open last: the tour goes on there. */
let last: string | undefined;

export function Tour({ lab }: { lab: Lab }) {
  const sessions = useRef(new Map(chapters.map(({ name }) => [name, newSession()])));
  const stage = useRef<Stage>(undefined);
  stage.current ??= new Stage(lab);
  const navigation = useRef<HTMLElement>(null);
  const title = useRef<HTMLHeadingElement>(null);

  const asked = lab.chapter.value || last;
  const index = Math.max(
    0,
    chapters.findIndex(({ name }) => name === asked),
  );
  const chapter = chapters[index];
  const session = sessions.current.get(chapter.name) as Session;

  useEffect(() => {
    if (asked && asked !== chapter.name)
      lab.notice.value = `chapter: expected one of ${chapters.map(({ name }) => name).join(", ")}, got ${asked}`;
    lab.chapter.value = chapter.name;
    title.current?.focus();
  }, []);

  useEffect(() => {
    last = chapter.name;
  }, [chapter.name]);

  // however it is left
  useEffect(() => () => stage.current?.leave(), []);

  const go = (to: number) => {
    const next = chapters[to];
    if (next) lab.chapter.value = next.name;
  };
  const press = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const to = Math.min(chapters.length - 1, Math.max(0, index + by));
    go(to);
    navigation.current?.querySelectorAll<HTMLElement>("[data-chapter]")[to]?.focus();
  };

  return (
    <section class="tour" aria-labelledby="tour-title">
      <header class="tour-header">
        <h2 id="tour-title" ref={title} tabIndex={-1} aria-live="polite">
          {`${index + 1} / ${chapters.length}  ${chapter.title}`}
        </h2>
        <button
          type="button"
          onClick={() => {
            lab.chapter.value = undefined;
          }}
        >
          Leave the tour
        </button>
      </header>
      <nav class="tour-navigation" aria-label="Chapters of the tour" ref={navigation} onKeyDown={press}>
        {chapters.map(({ name, title: text }, i) => (
          <button
            key={name}
            type="button"
            data-chapter={name}
            aria-label={`${i + 1}: ${text}`}
            title={text}
            aria-current={i === index ? "step" : undefined}
            onClick={() => go(i)}
          >
            <b>{i + 1}</b> <span>{text}</span>
          </button>
        ))}
      </nav>
      <ChapterView key={chapter.name} lab={lab} chapter={chapter} session={session} stage={stage.current} />
      <p class="tour-actions">
        <button type="button" disabled={index === 0} onClick={() => go(index - 1)}>
          ‹ Previous
        </button>
        <button type="button" disabled={index === chapters.length - 1} onClick={() => go(index + 1)}>
          Next chapter ›
        </button>
      </p>
    </section>
  );
}
