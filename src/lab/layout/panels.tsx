/** The panels that are looked at: side by side, on a phone one at a time. */
import { useSignal } from "@preact/signals";
import type { Lab } from "../state/lab.js";
import { viewNamed, views } from "../views/index.js";
import { swipes } from "./swipe.js";

export function Panels({ lab }: { lab: Lab }) {
  const { panels } = lab.view.value;
  const tab = useSignal(panels[0]);
  const shown = panels.flatMap((name) => viewNamed(name) ?? []);
  if (!panels.includes(tab.value)) tab.value = panels[0];
  const swiping = swipes((by) => {
    tab.value = panels[panels.indexOf(tab.peek()) + by] ?? tab.peek();
  });
  return (
    <section class="charts" aria-label="charts">
      <nav class="tabs" aria-label="chart">
        {shown.map(({ name, title }) => (
          <button
            type="button"
            key={name}
            aria-pressed={tab.value === name}
            onClick={() => (tab.value = name)}
          >
            {title}
          </button>
        ))}
      </nav>
      <div class="panels" {...swiping}>
        {shown.map(({ name, title, Component }) => (
          <section
            key={name}
            class={tab.value === name ? "panel current" : "panel"}
            data-panel={name}
            aria-labelledby={`panel-${name}`}
          >
            <h2 id={`panel-${name}`}>{title}</h2>
            <Component lab={lab} />
          </section>
        ))}
      </div>
      <details class="choice">
        <summary>Panels</summary>
        {views.map(({ name, title }) => (
          <label key={name}>
            <input
              type="checkbox"
              checked={panels.includes(name)}
              onChange={({ currentTarget }) =>
                lab.look({
                  panels: views
                    .map((view) => view.name)
                    .filter((one) => (one === name ? currentTarget.checked : panels.includes(one))),
                })
              }
            />
            {title}
          </label>
        ))}
      </details>
    </section>
  );
}
