/** Eigenvalues of the focused run's embedding. */
import { signal } from "@preact/signals";
import { shortNumber } from "../../figures/labels.js";
import { CanvasChart } from "../charts/canvasChart.js";
import type { CanvasPicture } from "../charts/canvasPlot.js";
import type { Lab } from "../state/lab.js";
import { Toggle } from "./choice.js";
import { ofModel } from "./curvesOnly.js";
import { noFrame } from "./missing.js";
import { dimensionsOf, roundAbove, sharesOf } from "./shares.js";
import type { ViewProps } from "./view.js";
import { whose } from "./whose.js";

const logY = signal(false);
/** Shares that are less are not drawn on a logarithmic axis. */
const LEAST = 1e-8;

const say = (share: number, i: number) =>
  `eigenvalue ${i + 1}: ${shortNumber(100 * share, 3)} % of the variance`;

function picture(lab: Lab): CanvasPicture {
  const eigenvalues = lab.frame.value?.eigenvalues;
  const look = lab.focused.value.look;
  const log = logY.value;
  const shares = sharesOf(eigenvalues ?? [0]);
  const least = shares.reduce((least, share) => (share > LEAST && share < least ? share : least), 0.1);
  const dimensions = dimensionsOf(shares);
  return {
    empty: eigenvalues
      ? shares[0] > 0
        ? undefined
        : "All tokens are in one place: there is no variance."
      : noFrame("its spectrum"),
    x: { title: "eigenvalue, largest first", limits: [0.5, shares.length + 0.5], log: false, whole: true },
    y: {
      title: "share of the variance",
      limits: log ? [10 ** Math.floor(Math.log10(least)), 1] : [0, roundAbove(shares[0] || 1)],
      log,
    },
    mark: "bar",
    xs: shares.map((_, i) => i + 1),
    ys: log ? shares.map((share) => Math.max(share, LEAST / 10)) : shares,
    radius: () => 0,
    colour: (_, { looks }) => looks[look % looks.length],
    labelled: 0,
    label: String,
    over({ ctx, x, colours }) {
      // a bar ends half a unit beyond its number
      const at = x.toPixel(dimensions + 0.5);
      ctx.strokeStyle = ctx.fillStyle = colours.ink;
      ctx.setLineDash([5, 4]);
      ctx.beginPath();
      ctx.moveTo(at, 0);
      ctx.lineTo(at, ctx.canvas.height);
      ctx.stroke();
      ctx.textBaseline = "top";
      const right = at > ctx.canvas.clientWidth / 2;
      ctx.textAlign = right ? "right" : "left";
      const said = [`n_eff ${dimensions.toFixed(2)}`, at + (right ? -5 : 5), 8] as const;
      // legible on a bar, too
      ctx.setLineDash([]);
      ctx.strokeStyle = colours.paper;
      ctx.lineWidth = 3;
      ctx.strokeText(...said);
      ctx.fillText(...said);
    },
    say: (i) => say(shares[i], i),
  };
}

const table = (lab: Lab) => {
  const shares = sharesOf(lab.frame.value?.eigenvalues ?? []);
  return {
    caption: `Spectrum of ${whose(lab)}`,
    head: ["eigenvalue", "share of the variance"],
    count: shares.length,
    row: (i: number) => [String(i + 1), shortNumber(shares[i])],
  };
};

const Where = ({ lab }: ViewProps) => <>{whose(lab)}</>;

export const Spectrum = ofModel(({ lab }) => (
  <CanvasChart
    name="Spectrum of the focused run's embedding"
    picture={() => picture(lab)}
    table={() => table(lab)}
    note={<Where lab={lab} />}
    head={<LogShares />}
  />
));

const LogShares = () => (
  <Toggle
    checked={logY.value}
    onChange={(checked) => {
      logY.value = checked;
    }}
  >
    log
  </Toggle>
);
