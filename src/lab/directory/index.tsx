/** The runs of the directory that the server follows: what they came to, those that run, and which are in the charts. */
import { untracked, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { counted } from "../../figures/labels.js";
import type { Lab } from "../state/lab.js";
import { cellText, spreadText } from "./cellText.js";
import { charted } from "./charted.js";
import { conditionText, filterOf, toggled } from "./conditions.js";
import "./directory.css";
import { type Followed, follow, type Standing } from "./follow.js";
import { results } from "./results.js";
import { type Cell, cellOf, endText, type Group, groupsOf, spreadOf, variedPaths } from "./rows.js";

/** Configs that can be compared in the charts, one a colour. */
const MOST = 8;
/** What the charts begin with where there are more. */
const FIRST = 4;
/** Rows that the table has at most. */
const SHOWN = 200;

interface Order {
  path: string;
  /** The largest first. */
  down: boolean;
}

const best: Order = { path: "excessLoss", down: false };

const valueIn = (group: Group, path: string): Cell | undefined =>
  results.some(([name]) => name === path) ? spreadOf(group, path)?.mean : cellOf(group.rows[0], path);

/** What the charts begin with: all that can be compared, or the best few of more. */
export function firstOf(groups: Group[]): Group[] {
  const finished = groups.filter(({ rows }) => rows.some((row) => row.finished));
  return ordered(finished, best).slice(0, finished.length > MOST ? FIRST : MOST);
}

/** Numbers by size, words by letters; what has none is last. */
function ordered(groups: Group[], { path, down }: Order): Group[] {
  const sign = down ? -1 : 1;
  return [...groups].sort((a, b) => {
    const [x, y] = [valueIn(a, path), valueIn(b, path)];
    if (x === undefined || x === null || y === undefined || y === null)
      return Number(x === undefined || x === null) - Number(y === undefined || y === null);
    return sign * (typeof x === "number" && typeof y === "number" ? x - y : String(x) < String(y) ? -1 : 1);
  });
}

export function Directory({ lab }: { lab: Lab }) {
  const followed = useMemo(() => follow(), []);
  useEffect(() => followed.stop, [followed]);
  const line = useSignal("");
  const order = useSignal(best);
  const ticks = useSignal<ReadonlySet<string>>(new Set());
  const charts = useMemo(() => charted(lab), [lab]);
  /** Whether the charts show what is best so far: on a page that has nothing else, until the reader chooses himself. */
  const isLeft = useSignal(lab.runs.peek().length === 0);

  const all = useComputed(() => [...followed.rows.value.values()]);
  const every = useComputed(() => groupsOf(all.value));
  /** Keys that are ticked, of the configs that there are: a directory may be begun anew. */
  const chosen = useComputed(
    () => new Set(every.value.flatMap(({ key }) => (ticks.value.has(key) ? key : []))),
  );
  const paths = useComputed(() => [...new Set(all.value.flatMap(({ cells }) => [...cells.keys()]))]);
  const varied = useComputed(() => variedPaths(all.value));
  const filter = useComputed(() =>
    // as long as no run is finished there are no fields either
    all.value.length === 0 ? () => true : filterOf(line.value, paths.value),
  );
  const groups = useComputed(() => {
    const meets = filter.value;
    return groupsOf(typeof meets === "string" ? all.value : all.value.filter(meets));
  });
  const shown = useComputed(() => ordered(groups.value, order.value));

  /** @returns whether the page has room for them */
  const show = (groups: Group[]): boolean => {
    try {
      untracked(() => charts.show(groups));
      return true;
    } catch (error) {
      lab.notice.value = (error as Error).message;
      return false;
    }
  };
  const chooseOnly = (keys: ReadonlySet<string>) => {
    isLeft.value = false;
    ticks.value = keys;
  };
  const choose = (key: string, isChosen: boolean) => {
    const keys = new Set(chosen.value);
    if (isChosen) keys.add(key);
    else keys.delete(key);
    chooseOnly(keys);
  };
  /** All that are shown, as many as there is room for; none of them where that is so already. */
  const chooseShown = () => {
    const keys = new Set(chosen.value);
    for (const { key } of shown.value) if (keys.size < MOST) keys.add(key);
    if (keys.size === chosen.value.size) for (const { key } of shown.value) keys.delete(key);
    chooseOnly(keys);
  };
  useSignalEffect(() => {
    const gone = charts.removed();
    if (gone.length > 0) chooseOnly(new Set([...chosen.peek()].filter((key) => !gone.includes(key))));
  });
  useSignalEffect(() => {
    if (charts.isHeld()) isLeft.value = false;
  });
  useSignalEffect(() => {
    const everything = every.value;
    // the best are known when all is read that there is; a chapter of the tour has its own runs
    if (!isLeft.value) untracked(() => charts.refresh(everything));
    else if (followed.standing.value?.more === false && lab.chapter.value === undefined) {
      const first = firstOf(everything);
      ticks.value = new Set(first.map(({ key }) => key));
      show(first);
    }
  });
  const showInCharts = () => {
    isLeft.value = false;
    // all seeds, whatever the filter; letters follow the order of the table
    const groups = ordered(every.value, order.value);
    if (!show(groups.filter(({ key }) => chosen.value.has(key)))) return;
    lab.notice.value =
      charts.size === 0
        ? "no finished run of the directory is in the charts"
        : `${charts.size} of the directory's configs in the charts`;
  };

  const isWrong = typeof filter.value === "string";
  const ticked = groups.value.filter(({ key }) => chosen.value.has(key)).length;
  const hidden = chosen.value.size - ticked;

  return (
    <section class="directory" aria-labelledby="directory-title">
      <Head followed={followed} />
      {lab.runs.value.length === 0 && (
        <p class="bar">
          {isLeft.value
            ? "The charts begin with the first run that is finished."
            : "No run is in the charts: tick which they are to show."}{" "}
          <button type="button" onClick={() => lab.add({})}>
            Train one here
          </button>
        </p>
      )}
      <div class="bar">
        <label class="filter">
          Filter{" "}
          <input
            type="search"
            value={line.value}
            placeholder="learningRate=0.03162 n_eff<12"
            spellcheck={false}
            autocapitalize="off"
            aria-describedby="directory-filter directory-hint"
            aria-invalid={isWrong}
            onInput={({ currentTarget }) => {
              line.value = currentTarget.value;
            }}
          />
        </label>
        <button type="button" disabled={chosen.value.size === 0 && charts.size === 0} onClick={showInCharts}>
          Show {chosen.value.size} in charts
        </button>
      </div>
      <p id="directory-filter" role="status" class={isWrong ? "wrong" : undefined}>
        {typeof filter.value === "string"
          ? `⚠ ${filter.value}; all ${counted(groups.value.length, "config")} are shown`
          : [
              counted(groups.value.length, "config"),
              `at most ${MOST} are compared in the charts`,
              ...(hidden > 0 ? [`the filter hides ${hidden} of the ${chosen.value.size} ticked`] : []),
            ].join("; ")}
      </p>
      <p id="directory-hint">
        Conditions use the column names or the config's; a number matches every value that is shown as it. ±
        is the standard deviation over seeds.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keys as well */}
      <section class="table" tabIndex={0} aria-label="Runs of the directory">
        <table>
          <thead>
            <tr>
              <th scope="col">
                <label class="choose">
                  <input
                    type="checkbox"
                    ref={(box) => {
                      if (box) box.indeterminate = ticked > 0 && ticked < groups.value.length;
                    }}
                    checked={ticked > 0 && ticked === groups.value.length}
                    disabled={groups.value.length === 0 || (ticked === 0 && chosen.value.size >= MOST)}
                    onChange={chooseShown}
                  />
                  <span class="unseen">compare all that are shown, at most {MOST}</span>
                </label>
              </th>
              {[...varied.value.map((path) => [path, path.replace(/\.kind$/, "")] as const), ...results].map(
                ([path, title]) => (
                  <Heading
                    key={path}
                    path={path}
                    title={title}
                    order={order.value}
                    sort={(to) => (order.value = to)}
                  />
                ),
              )}
              <th scope="col">seeds</th>
            </tr>
          </thead>
          <tbody>
            {shown.value.slice(0, SHOWN).map((group) => (
              <tr key={group.key}>
                <td>
                  <label class="choose">
                    <input
                      type="checkbox"
                      checked={chosen.value.has(group.key)}
                      disabled={!chosen.value.has(group.key) && chosen.value.size >= MOST}
                      onChange={({ currentTarget }) => choose(group.key, currentTarget.checked)}
                    />
                    <span class="unseen">compare this config</span>
                  </label>
                </td>
                {varied.value.map((path) => (
                  <Value
                    key={path}
                    value={cellOf(group.rows[0], path)}
                    narrow={(value) => (line.value = toggled(line.value, conditionText(path, value)))}
                  />
                ))}
                {results.map(([path]) => (
                  <td key={path} class="number">
                    {spreadText(spreadOf(group, path))}
                  </td>
                ))}
                <td title={group.rows.find(({ failed }) => failed)?.failed?.error}>{endText(group)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {shown.value.length > SHOWN && (
        <p>and {shown.value.length - SHOWN} more: a filter, or another order, shows them</p>
      )}
    </section>
  );
}

function Heading(props: { path: string; title: string; order: Order; sort(order: Order): void }) {
  const { path, title, order, sort } = props;
  const isFirst = order.path === path;
  return (
    <th scope="col" aria-sort={isFirst ? (order.down ? "descending" : "ascending") : "none"}>
      <button type="button" onClick={() => sort({ path, down: isFirst && !order.down })}>
        {title}
        <span aria-hidden="true">{isFirst ? (order.down ? " ↓" : " ↑") : ""}</span>
      </button>
    </th>
  );
}

/** A value of a field; pressed, it is a condition more, or one less. */
function Value({ value, narrow }: { value: Cell | undefined; narrow(value: Cell): void }) {
  if (value === undefined || value === null) return <td />;
  return (
    <td class={typeof value === "number" ? "number" : undefined}>
      <button type="button" title="only runs with this value" onClick={() => narrow(value)}>
        {cellText(value)}
      </button>
    </td>
  );
}

/** How the directory stands, and what runs there. */
function Head({ followed: { rows, standing, silent } }: { followed: Followed }) {
  const now = standing.value;
  const finished = [...rows.value.values()].filter((row) => row.finished).length;
  return (
    <header>
      <h2 id="directory-title">{now ? now.directory : "Directory"}</h2>
      <p>{silent.value ?? (now ? standingText(now, finished, rows.value.size - finished) : "…")}</p>
      {now?.notices.map((notice) => (
        <p key={notice}>{notice}</p>
      ))}
      {now && now.running.length > 0 && !silent.value && (
        <ul class="running">
          {now.running.map(({ run, name, step, steps }) => (
            <li key={run}>
              <span>{name ?? run}</span>
              <progress value={step} max={steps} aria-label={name ?? run} />
              <span class="number">
                step {step} of {steps}
              </span>
            </li>
          ))}
        </ul>
      )}
    </header>
  );
}

/** "12 of 24 runs finished, 1 failed; a process is writing, 20 s left". */
export function standingText(now: Standing, finished: number, failed: number): string {
  const isPart = now.total !== null && now.total >= finished;
  const runs = counted(isPart ? (now.total as number) : finished, "run");
  const left = now.secondsLeft === null ? "" : `, ${Math.ceil(now.secondsLeft)} s left`;
  return [
    `${isPart ? `${finished} of ` : ""}${runs} finished${failed > 0 ? `, ${failed} failed` : ""}`,
    now.writing
      ? `a process is running${left}`
      : now.total !== null && finished >= now.total
        ? "complete"
        : "no process of that machine writes there now",
  ].join("; ");
}
