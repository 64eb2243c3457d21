/** What every chart has around its plot: a name, arrow keys, what they say, what is missing, and a table. */
import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { ComponentChildren, JSX, RefObject } from "preact";
import { useId } from "preact/hooks";
import type { TableData } from "./dataTable.js";
import { onDemand } from "./onDemand.js";

const DataTable = onDemand(() => import("./dataTable.js").then((module) => module.default));

export interface ChartFrameProps {
  name: string;
  /** Behind the name for those who cannot see the keys work. */
  keys: string;
  plot: RefObject<HTMLDivElement | null>;
  /** Says what a key has led to; undefined where the key is none of the chart's. */
  onKey(key: string): string | undefined;
  onLeave(): void;
  empty: ReadonlySignal<string>;
  table(): TableData;
  /** Above the plot: what y is, and what can be chosen. */
  head: ComponentChildren;
  /** Over the plot. */
  over?: ComponentChildren;
  /** Below it. */
  children?: ComponentChildren;
}

export function ChartFrame({
  name,
  keys,
  plot,
  onKey,
  onLeave,
  empty,
  table,
  head,
  over,
  children,
}: ChartFrameProps): JSX.Element {
  const said = useSignal("");
  const open = useSignal(false);
  const hint = useId();
  return (
    <div class="chart">
      <div class="head">{head}</div>
      <div class="plot">
        <div
          class="canvas"
          ref={plot}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: its arrow keys read the data
          tabIndex={0}
          role="application"
          aria-roledescription="chart"
          aria-label={name}
          aria-describedby={hint}
          onKeyDown={(event) => {
            if (event.ctrlKey || event.metaKey || event.altKey) return;
            const text = onKey(event.key);
            if (text === undefined) return;
            event.preventDefault();
            event.stopPropagation();
            said.value = text;
          }}
          onBlur={onLeave}
        />
        {over}
        <p class="empty" hidden={empty.value === ""}>
          {empty}
        </p>
      </div>
      <p class="unseen" id={hint}>
        {keys}
      </p>
      <p class="unseen" role="status">
        {said}
      </p>
      {children}
      <details
        class="data"
        onToggle={({ currentTarget }) => {
          open.value = currentTarget.open;
        }}
      >
        <summary aria-label={`Data of ${name}`}>data</summary>
        {open.value && <DataTable read={table} />}
      </details>
    </div>
  );
}
