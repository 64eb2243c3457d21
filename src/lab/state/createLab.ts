/** The lab itself: runs in workers, what is looked at, and everything that the reader can do. */
import { batch, computed, effect, signal } from "@preact/signals";
import {
  type AddOptions,
  type Frame,
  type FrameField,
  isOver,
  type LiveRun,
  type Workers,
} from "../../browser/liveRun.js";
import {
  ConfigError,
  parseConfig,
  type RunConfig,
  type RunConfigInput,
  type ScheduleInput,
} from "../../index.js";
import type { LabLink, LinkedRun } from "../../link/link.js";
import { durationText, learnCost, secondsOf } from "./cost.js";
import { defaultLink, defaultView } from "./defaults.js";
import { Frames } from "./frames.js";
import { startHistory } from "./history.js";
import { inputWithin } from "./inputWithin.js";
import type { Lab, LabRun, ViewState } from "./lab.js";
import { labelsOf } from "./label.js";
import { latestOnly } from "./latestOnly.js";
import { linkOf } from "./linked.js";
import { nextName } from "./names.js";
import { Probe } from "./probe.js";
import { checkLinkRoom, checkRoom, MOST_SEEDS, TooLarge } from "./room.js";
import { onFrame, Run } from "./run.js";
import { seedRows } from "./seedRows.js";

/** Seconds above which a run waits for the slider to be let go. */
const SLOW = 1;
/** Seconds, about, in which a GPU's shaders are compiled, and the fields for which they are compiled anew. */
const COMPILING = 2;
const shape = /vocab|Dim|batch|targets/;

interface Options {
  workers: Workers;
  link: LabLink;
  encode: (link: LabLink) => Promise<string>;
  /** What a frame must have for these panels. */
  needs: (panels: readonly string[]) => readonly FrameField[];
  /** How a config is run elsewhere: a command line. */
  elsewhere: (config: RunConfig) => Promise<string>;
}

export function createLab({ workers, link: first, encode, needs, elsewhere }: Options): Lab {
  const runs = signal<readonly Run[]>([]);
  const focusedRun = signal<Run | undefined>(undefined);
  const playing = signal(true);
  const pace = signal<number | undefined>(undefined);
  const view = signal<ViewState>(defaultView);
  const scrubbed = signal<number | undefined>(undefined);
  const frame = signal<Frame | undefined>(undefined);
  const stepsPerSecond = signal(0);
  const notice = signal("");
  const chapter = signal<string | undefined>(undefined);
  const presenting = signal(false);
  const isHidden = signal(document.hidden);
  /** Whether the reader has asked for the GPU: then it computes the runs of relaxed arithmetic. */
  let isGpuAsked = false;
  const placeOf = ({ arithmetic }: RunConfig): AddOptions =>
    isGpuAsked && arithmetic === "relaxed"
      ? { backend: "webgpu", allowFallbackAdapter: location.search.includes("allow-fallback-adapter") }
      : {};
  const probe = new Probe(workers, placeOf);

  const isGoing = () => playing.peek() && !isHidden.peek();
  const beginning = (config: RunConfig): AddOptions => ({
    paused: !isGoing(),
    pace: pace.peek(),
    ...placeOf(config),
  });
  const computing = { workers, options: beginning };
  const livesOf = (all: readonly Run[]): LiveRun[] =>
    all.flatMap(({ lives }) => lives.flatMap(({ live }) => (live ? [live] : [])));
  const lives = () => livesOf(runs.peek());
  const said = (error: unknown) => {
    notice.value = (error as Error).message;
    if (error instanceof TooLarge)
      elsewhere(error.config).then((command) => {
        notice.value = `${error.message}; elsewhere: ${command}`;
      }, said);
  };

  /** Refuses what the page cannot hold; says how it runs elsewhere. */
  function check(input: RunConfigInput): RunConfig {
    const config = parseConfig(input);
    checkRoom(config);
    return config;
  }

  function push(run: Run, focus: boolean): void {
    runs.value = [...runs.peek(), run];
    if (focus || !focusedRun.peek()) setFocus(run);
    relabel();
  }
  const relabel = () => {
    const all = runs.peek();
    labelsOf(all.map((run) => ({ ...run.config.value, seed: 0 }))).forEach((text, i) => {
      all[i].label.value = text;
    });
  };
  effect(() => {
    for (const { config } of runs.value) void config.value;
    relabel();
  });

  function setFocus(run: Run | undefined): void {
    if (focusedRun.peek() === run) return;
    // at once: none of it stands where another was scrubbed to
    batch(() => {
      focusedRun.value = run;
      scrubbed.value = undefined;
    });
  }

  // frames are the probe's where the reader has scrubbed, else the focused run's own
  const frames = new Frames((value) => {
    frame.value = value;
  }, said);
  let framed: Run | undefined;
  effect(() => {
    const run = focusedRun.value;
    void run?.replicas.value;
    // what was drawn of another run is not drawn as this one's
    if (run !== framed) frame.value = undefined;
    framed = run;
    const { panels, axes } = view.value;
    const input = run && inputWithin(view.value.input, run.config.value.vocabSize);
    const live = probe.live.value ?? run?.lives[0]?.live;
    const fields = isHidden.value ? [] : needs(panels);
    const dimensions = run?.config.value.embeddingDim ?? 1;
    frames.follow(live, {
      fields,
      axes: Math.min(dimensions, Math.max(axes[0], axes[1]) + 1),
      ...(input === undefined ? {} : { inputs: [input] }),
    });
    if (!live) frame.value = undefined;
  });

  effect(() => {
    const run = focusedRun.value;
    probe.stand(run?.origin === "here" ? run.config.value : undefined, scrubbed.value);
  });

  document.addEventListener("visibilitychange", () => {
    isHidden.value = document.hidden;
  });
  effect(() => {
    const going = playing.value && !isHidden.value;
    for (const live of lives()) if (!isOver(live.status)) going ? live.resume() : live.pause();
  });
  effect(() => {
    const rate = pace.value;
    for (const live of lives()) live.setPace(rate);
  });

  // steps a second, twice a second
  let before = { time: performance.now(), steps: new Map<LiveRun, number>() };
  setInterval(() => {
    const now = performance.now();
    const steps = new Map(lives().map((live) => [live, live.step]));
    let done = 0;
    for (const [live, step] of steps) done += Math.max(0, step - (before.steps.get(live) ?? 0));
    stepsPerSecond.value = (1000 * done) / (now - before.time);
    before = { time: now, steps };
    for (const run of runs.peek())
      if (!run.gpu.peek()) for (const replica of run.replicas.peek()) learnCost(replica);
  }, 500);

  // runs that a slider asks for: the newest request wins, at most one an animation frame; a quick one may end first, else
  // a slider in motion would show beginnings only
  let wanted: { run: Run; input: RunConfigInput } | undefined;
  const train: () => void = onFrame(() => {
    if (!wanted) return;
    const { run, input } = wanted;
    if (run.isFresh) {
      train();
      return;
    }
    wanted = undefined;
    run.train(input, run.seeds.peek());
  });

  /** The focused run's first seed where it is, or a copy of it where it is scrubbed to. */
  const standing = async () => (await probe.arrived()) ?? focusedRun.peek()?.lives[0]?.live;

  /** What somebody's link says of the bits of its runs. The page's own states have hashes too, of what it computed itself. */
  const received = new Map<string, readonly string[]>();
  const named = ({ config, seeds = 1 }: LinkedRun): string => JSON.stringify([parseConfig(config), seeds]);
  const receive = ({ runs }: LabLink) => {
    for (const run of runs) if (run.hashes) received.set(named(run), run.hashes);
  };

  const log = startHistory((state) => apply(state), encode);
  const commit = () => log.write(link());
  /** For what comes in numbers: what follows at once is the same gesture. */
  const goOn = () => log.goOn(link());

  /** The page as a link has it: runs that are the same go on. */
  function apply(state: LabLink): void {
    checkLinkRoom(state);
    wanted = undefined;
    const old = [...runs.peek()];
    const matched = state.runs.map(({ config: input, seeds = 1 }) => {
      const text = JSON.stringify(parseConfig(input));
      const at = old.findIndex(
        (run) =>
          run.origin === "here" && run.seeds.peek() === seeds && JSON.stringify(run.config.peek()) === text,
      );
      return at < 0 ? undefined : old.splice(at, 1)[0];
    });
    const foreign = old.filter(({ origin }) => origin !== "here");
    for (const run of old) if (run.origin === "here") run.close();
    const taken = [...foreign, ...matched.flatMap((run) => run ?? [])];
    const opened = state.runs.map(({ config: input, seeds = 1 }, i) => {
      const same = matched[i];
      if (same) return same;
      const run = new Run(nextName(taken, "here"), input, computing);
      taken.push(run);
      run.train(input, seeds, received.get(named({ config: input, seeds })));
      return run;
    });
    batch(() => {
      for (const [i, { pinned = false, hidden = false }] of state.runs.entries()) {
        opened[i].pinned.value = pinned;
        opened[i].shown.value = !hidden;
      }
      runs.value = [...opened, ...foreign];
      const { step, ...look } = state.view ?? {};
      view.value = { ...defaultView, ...look };
      chapter.value = state.chapter;
      focusedRun.value = opened[state.focus ?? 0] ?? runs.peek()[0];
      scrubbed.value = step;
    });
  }

  const link = (): LabLink =>
    linkOf(runs.peek(), focusedRun.peek(), view.peek(), scrubbed.peek(), chapter.peek());

  const setRate = latestOnly(async ({ run, rate }: { run: Run; rate: ScheduleInput }) => {
    try {
      if (!run.pinned.peek() && !probe.live.peek()) {
        await run.setLearningRate(rate);
        goOn();
        return;
      }
      // of a fork, so that a reference stays as it is
      const forked = await (await standing())?.fork({ learningRate: rate, paused: true });
      if (!forked) return;
      const { learningRate } = forked.config;
      forked.close();
      if (focusedRun.peek() === run) lab.change({ learningRate }, { commit: true });
    } catch (error) {
      said(error);
    }
  });

  const lab: Lab = {
    runs,
    focused: computed(() => focusedRun.value as LabRun),
    playing,
    pace,
    view,
    scrubbed,
    frame,
    stepsPerSecond,
    notice,
    chapter,
    presenting,

    change(fields, { commit: isEnd = false } = {}) {
      const run = focusedRun.peek();
      if (!run) return;
      const input = { ...(wanted?.run === run ? wanted.input : run.input.peek()), ...fields };
      try {
        const config = check(input);
        const seconds = !placeOf(config).backend
          ? secondsOf(config) * run.seeds.peek()
          : shape.test(Object.keys(fields).join())
            ? COMPILING
            : 0;
        if (run.pinned.peek() || run.origin !== "here") {
          // what changes nothing makes no copy
          if (JSON.stringify(config) !== JSON.stringify(run.config.peek())) lab.add(input);
          return;
        }
        run.input.value = input;
        run.config.value = config;
        scrubbed.value = undefined;
        wanted = { run, input };
        if (seconds > SLOW && !isEnd) {
          notice.value = `about ${durationText(seconds)}: let go to run it`;
          return;
        }
        if (notice.peek() !== "") notice.value = "";
        train();
        // a key that is held ends many gestures
        if (isEnd) goOn();
      } catch (error) {
        said(error);
      }
    },

    setLearningRate(rate) {
      const run = focusedRun.peek();
      if (run?.origin === "here") setRate({ run, rate });
    },

    add(input, { seeds = 1, focus = true } = {}) {
      check(input);
      const run = new Run(nextName(runs.peek(), "here"), input, computing);
      run.train(input, seeds);
      push(run, focus);
      commit();
      return run;
    },

    addLike({ origin, input, seeds, replicas }) {
      try {
        if (origin === "here") lab.add(input.peek(), { seeds: seeds.peek() });
        else
          for (const [seed, count] of seedRows(replicas.peek()))
            lab.add({ ...input.peek(), seed }, { seeds: count });
      } catch (error) {
        said(error);
      }
    },

    addRecorded(config, replicas, origin) {
      const run = new Run(nextName(runs.peek(), origin), config as RunConfigInput, { replicas });
      push(run, false);
      return run;
    },

    setRecorded: (run, replicas) => (run as Run).setReplicas(replicas),

    remove(run) {
      const all = runs.peek();
      if (all.length < 2 && first.runs.length > 0) {
        notice.value = "runs: expected at least one, it stays";
        return;
      }
      (run as Run).close();
      if (wanted?.run === run) wanted = undefined;
      runs.value = all.filter((one) => one !== run);
      if (focusedRun.peek() === run) setFocus(runs.peek()[0]);
      relabel();
      // the history holds what was trained here
      if (run.origin === "here") commit();
    },

    focus: (run) => setFocus(run as Run),
    pin(run, pinned) {
      (run as Run).pinned.value = pinned;
      commit();
    },
    show(run, shown) {
      (run as Run).shown.value = shown;
      commit();
    },
    setSeeds(run, seeds) {
      const count = Math.max(1, Math.min(MOST_SEEDS, Math.round(seeds)));
      if (run.origin !== "here" || count === run.seeds.peek()) return;
      (run as Run).train(run.input.peek(), count);
      goOn();
    },

    computeOn(run, place) {
      const isGpu = place === "gpu";
      isGpuAsked ||= isGpu;
      setFocus(run as Run);
      lab.change({ arithmetic: isGpu ? "relaxed" : undefined }, { commit: true });
    },

    fork() {
      const run = focusedRun.peek();
      if (!run) return;
      standing()
        .then(async (source) => {
          if (!source) return;
          if (source.status === "ended" || source.status === "diverged") {
            notice.value = `fork: run ${run.letter} is at its end, scrub to a step before it`;
            return;
          }
          const live = await source.fork({ paused: true });
          const at = live.step;
          const forked = new Run(nextName(runs.peek(), "here"), run.input.peek(), computing);
          const records = run.lives[0]?.state.records ?? [];
          forked.takeLive(
            live,
            records.filter(({ step }) => step <= at),
          );
          // it stands where it was forked: what it is forked for comes now
          playing.value = false;
          push(forked, true);
          notice.value = `${forked.letter} stands at step ${at}: change its rate, then Play`;
          commit();
        })
        .catch(said);
    },

    play() {
      if (scrubbed.peek() !== undefined) scrubbed.value = undefined;
      playing.value = true;
    },
    pause() {
      playing.value = false;
    },
    step(count = 1) {
      playing.value = false;
      const scrub = probe.live.peek();
      if (scrub) {
        const most = focusedRun.peek()?.config.peek().steps ?? 0;
        scrubbed.value = Math.min(most, (scrubbed.peek() ?? 0) + count);
        return;
      }
      for (const live of lives()) {
        if (live.status !== "paused" && live.status !== "running") continue;
        // behind what it is doing
        live.pause();
        live.advance(count).catch(said);
      }
    },
    replay() {
      scrubbed.value = undefined;
      for (const run of runs.peek()) run.train(run.input.peek(), run.seeds.peek());
      playing.value = true;
    },
    reseed() {
      scrubbed.value = undefined;
      const seed = Math.floor(Math.random() * 1_000_000);
      for (const run of runs.peek())
        if (run.origin === "here" && !run.pinned.peek())
          run.train({ ...run.input.peek(), seed }, run.seeds.peek());
      commit();
    },
    scrub(step) {
      const most = focusedRun.peek()?.config.peek().steps ?? 0;
      scrubbed.value = step === undefined ? undefined : Math.max(0, Math.min(most, Math.round(step)));
    },
    look(change) {
      view.value = { ...view.peek(), ...change };
      goOn();
    },
    async snapshot() {
      const source = await standing();
      if (!source) throw new ConfigError("run: expected one that is computed in this page");
      return source.snapshot();
    },
    link,
    open(state) {
      try {
        isGpuAsked = false;
        receive(state);
        apply(state);
        commit();
      } catch (error) {
        said(error);
      }
    },
    undo: () => history.back(),
  };

  try {
    receive(first);
    apply(first);
  } catch (error) {
    apply(defaultLink);
    notice.value = `this link holds more than the page: ${(error as Error).message}`;
  }
  log.begin(link());
  return lab;
}
