/** A log-log chart as SVG: curves of positive values against steps from 1 on. Its size follows from the element's width. */
const HEIGHT = 340;
const MARGIN = { left: 58, right: 16, top: 28, bottom: 44 };
const NAMESPACE = "http://www.w3.org/2000/svg";

const element = (name, attributes, text = "") => {
  const made = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
};

/** Colour by turns, and from the fifth curve on dashes too. */
export const lineOf = (index) => ({
  class: "curve",
  style: `stroke: var(--curve-${index % 4})`,
  "stroke-dasharray": ["none", "8 4", "2 4"][Math.floor(index / 4) % 3],
});

/** The line of a curve, for a legend. */
export function sampleOf(index) {
  const sample = element("svg", { viewBox: "0 0 36 10" });
  sample.append(element("path", { ...lineOf(index), d: "M0 5H36" }));
  return sample;
}

const superscript = (exponent) =>
  `10${[...String(exponent)].map((sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign])).join("")}`;

/**
 * Draws the curves anew.
 * @param curves lists of [step, value]; what a logarithmic axis cannot show is left out
 */
export function drawLossChart(svg, curves) {
  const width = Math.max(320, svg.clientWidth);
  svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
  const shown = curves.map((curve) =>
    curve.filter(([step, value]) => step > 0 && value > 0).map((point) => point.map(Math.log10)),
  );
  const points = shown.flat();
  const steps = points.map(([step]) => step);
  const values = points.map(([, value]) => value);
  const lastStep = Math.max(1, ...steps);
  const bottom = Math.floor(Math.min(-1, ...values));
  const top = Math.ceil(Math.max(0, ...values));
  const x = (step) => MARGIN.left + (step / lastStep) * (width - MARGIN.left - MARGIN.right);
  const y = (value) => MARGIN.top + ((top - value) / (top - bottom)) * (HEIGHT - MARGIN.top - MARGIN.bottom);

  const drawn = [
    element("text", { x: 0, y: 14 }, "excess loss, nats"),
    element("text", { x: width - MARGIN.right, y: HEIGHT - 6, "text-anchor": "end" }, "training step"),
  ];
  for (let decade = bottom; decade <= top; decade++)
    drawn.push(
      element("path", { class: "grid", d: `M${MARGIN.left} ${y(decade)}H${width - MARGIN.right}` }),
      element("text", { x: MARGIN.left - 8, y: y(decade) + 5, "text-anchor": "end" }, superscript(decade)),
    );
  for (let decade = 0; decade <= lastStep; decade++)
    drawn.push(
      element("path", { class: "grid", d: `M${x(decade)} ${MARGIN.top}V${HEIGHT - MARGIN.bottom}` }),
      element(
        "text",
        { x: x(decade), y: HEIGHT - MARGIN.bottom + 18, "text-anchor": "middle" },
        (10 ** decade).toLocaleString("en"),
      ),
    );
  for (const [index, curve] of shown.entries())
    drawn.push(
      element("polyline", {
        ...lineOf(index),
        points: curve.map(([step, value]) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`).join(" "),
      }),
    );
  svg.replaceChildren(...drawn);
}
