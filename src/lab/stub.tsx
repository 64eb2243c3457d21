/** Stands in for the page until it is there. */
import { signal } from "@preact/signals";
import { render } from "preact";
import uPlot from "uplot";
import { trainInWorker } from "../browser/index.js";
import { canonicalConfig, parseConfig } from "../index.js";

const line = signal("…");
function Stub() {
  return (
    <main>
      <h1>unigram-lab</h1>
      <p id="line">{line}</p>
      <div
        ref={(at) => {
          if (at)
            new uPlot(
              { width: 300, height: 200, series: [{}, { stroke: "red" }] },
              [
                [0, 1],
                [0, 1],
              ],
              at,
            );
        }}
      />
    </main>
  );
}
render(<Stub />, document.body);
console.log(canonicalConfig(parseConfig({})));
for await (const record of trainInWorker({
  vocabSize: 10,
  embeddingDim: 1,
  steps: 100,
  data: { kind: "topics" },
} as never))
  line.value = JSON.stringify(record);
