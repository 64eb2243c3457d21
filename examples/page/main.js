import { ConfigError } from "unigram-lab";
import { trainInWorker } from "unigram-lab/browser";
import { drawLossChart, sampleOf } from "./lossChart.js";

const form = document.querySelector("form");
const train = document.querySelector("#train");
const stop = document.querySelector("#stop");
const status = document.querySelector("output");
const chart = document.querySelector("main > svg");
const table = document.querySelector("table");

/** Of every run that was trained, [step, excess loss] of its records. */
const curves = [];
const draw = () => drawLossChart(chart, curves);
new ResizeObserver(draw).observe(chart);

/** A row of the table, and how to say where its run is. */
function newRow(index, { vocabSize, embeddingDim, learningRate }) {
  table.hidden = false;
  const row = table.tBodies[0].insertRow();
  row.insertCell().append(sampleOf(index));
  for (const value of [vocabSize, embeddingDim, learningRate]) row.insertCell().textContent = value;
  const cells = [row.insertCell(), row.insertCell(), row.insertCell()];
  return ({ step, excessLoss, effectiveDimension, diverged }) => {
    cells[0].textContent = step;
    cells[1].textContent = diverged ? "diverged" : excessLoss.toPrecision(3);
    cells[2].textContent = effectiveDimension?.toFixed(1) ?? "";
  };
}

let controller;
stop.onclick = () => controller.abort();

form.onsubmit = async (event) => {
  event.preventDefault();
  const config = Object.fromEntries([...new FormData(form)].map(([name, text]) => [name, Number(text)]));
  // evenly spaced on the chart's axis
  config.evaluateAt = { kind: "log", perDecade: 20 };
  controller = new AbortController();
  train.disabled = true;
  stop.disabled = false;
  let curve;
  let show;
  try {
    for await (const record of trainInWorker(config, { signal: controller.signal })) {
      // a config that is refused has no first record, and so no curve
      if (!curve) {
        show = newRow(curves.length, config);
        curve = [];
        curves.push(curve);
      }
      curve.push([record.step, record.excessLoss]);
      show(record);
      status.textContent = record.diverged
        ? `Diverged at step ${record.step}.`
        : `Trained ${record.step} of ${config.steps} steps.`;
      draw();
    }
  } catch (error) {
    if (controller.signal.aborted) status.textContent = "Stopped.";
    else if (error instanceof ConfigError) status.textContent = error.message;
    else status.textContent = `This did not work: ${error.message}`;
  } finally {
    train.disabled = false;
    stop.disabled = true;
  }
};
