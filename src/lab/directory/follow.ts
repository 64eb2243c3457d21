/** Asks the server again and again what is new in the directory that it follows. */
import { batch, type Signal, signal } from "@preact/signals";
import type { DirectoryNews } from "../../sweep/directoryNews.js";
import { type Row, rowOf } from "./rows.js";

/** Milliseconds between two questions. */
const EVERY = 1000;

export type Standing = Omit<DirectoryNews, "runs" | "failed" | "cursor" | "anew">;

export interface Followed {
  /** By name of the run; another map whenever there is something new. */
  rows: Signal<ReadonlyMap<string, Row>>;
  standing: Signal<Standing | undefined>;
  /** Why nothing is heard, in a line. */
  silent: Signal<string | undefined>;
  stop(): void;
}

/** What the server says; a host of static files answers with something else, or not at all. */
export async function askServer(cursor: string, signal?: AbortSignal): Promise<DirectoryNews> {
  const response = await fetch(`./api/directory?cursor=${encodeURIComponent(cursor)}`, {
    cache: "no-store",
    signal: signal ?? null,
  });
  const type = response.headers.get("content-type") ?? "";
  if (!response.ok || !type.startsWith("application/json")) throw new Error(`status ${response.status}`);
  const news = (await response.json()) as DirectoryNews;
  if (typeof news.cursor !== "string" || !Array.isArray(news.runs)) throw new Error("another answer");
  return news;
}

/** What is known of the runs, with the news of one answer. */
export function withNews(
  known: ReadonlyMap<string, Row>,
  { anew, runs, failed }: DirectoryNews,
): Map<string, Row> {
  const rows = new Map(anew ? [] : known);
  // the first result of a run stays, as a sweep keeps it; a failure counts until there is one
  for (const failure of failed)
    if (!rows.get(failure.run)?.finished) rows.set(failure.run, rowOf({ failed: failure }));
  for (const finished of runs)
    if (!rows.get(finished.run)?.finished) rows.set(finished.run, rowOf({ finished }));
  return rows;
}

/** @param ask a question to the server */
export function follow(ask = askServer): Followed {
  const rows = signal<ReadonlyMap<string, Row>>(new Map());
  const standing = signal<Standing | undefined>(undefined);
  const silent = signal<string | undefined>(undefined);
  const ended = new AbortController();
  let cursor = "";
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function look(): Promise<void> {
    clearTimeout(timer);
    let more = false;
    try {
      const news = await ask(cursor, ended.signal);
      // nothing new leaves the map as it is: whoever draws it has nothing to do
      batch(() => {
        if (news.runs.length + news.failed.length > 0 || (news.anew && rows.value.size > 0))
          rows.value = withNews(rows.value, news);
        standing.value = news;
        silent.value = undefined;
      });
      ({ cursor, more } = news);
    } catch {
      if (ended.signal.aborted) return;
      silent.value =
        "The server does not answer: it has ended, or this machine was asleep. Start unigram-lab lab with the directory again; this page goes on by itself.";
    }
    if (more && !document.hidden) return look();
    timer = setTimeout(wake, EVERY);
  }
  // a page that nobody sees asks nothing
  const wake = () => {
    if (!document.hidden) void look();
  };
  const onVisible = () => {
    clearTimeout(timer);
    wake();
  };
  document.addEventListener("visibilitychange", onVisible);
  void look();
  return {
    ...{ rows, standing, silent },
    stop() {
      ended.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisible);
    },
  };
}
