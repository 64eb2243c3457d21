import { expect, it } from "vitest";
import { drawAxes } from "../../src/lab/charts/axes.js";

const em = 20;
const colours = { ink: "", faint: "", line: "", paper: "", accent: "", looks: [], dark: false };

/** Every text with its font, its place, and the width that it is pressed into, if any. */
function texts(title: string, height: number, limits: [number, number], log = false) {
  const state: Record<string, unknown> = { font: `${em}px system-ui` };
  const found: { text: string; size: number; at: number; pressed: boolean }[] = [];
  let at = 0;
  const size = () => Number.parseFloat(String(state.font));
  const ctx = new Proxy(state, {
    get: (_, name: string) => {
      if (name in state) return state[name];
      return (...args: unknown[]) => {
        if (name === "measureText") return { width: 0.5 * size() * String(args[0]).length };
        if (name === "translate") at = Number(args[1]);
        if (name === "fillText")
          found.push({ text: String(args[0]), size: size(), at, pressed: args.length > 3 });
        return undefined;
      };
    },
  }) as unknown as CanvasRenderingContext2D;
  drawAxes(
    ctx,
    colours,
    { title: "training steps", log: true, limits: [1, 3000] },
    { title, log, limits },
    { size: { width: 600, height }, em, beside: 30 },
  );
  return found;
}

it("a title that is longer than its axis goes on beside the other's numbers, then is smaller, and never pressed", () => {
  const title = "effective dimension n_eff";
  for (const height of [400, 260, 240, 200]) {
    const own = texts(title, height, [20, 60]).find(({ text }) => text === title);
    const long = 0.5 * Number(own?.size) * title.length;
    expect(own?.pressed).toBe(false);
    expect(own?.size).toBeCloseTo(Math.min(em, (em * (height - 2)) / 250), 6);
    expect(Number(own?.at) - long / 2).toBeGreaterThanOrEqual(0);
    expect(Number(own?.at) + long / 2).toBeLessThanOrEqual(height);
  }
});

it("in a lecture's letters there are numbers near both ends of what is drawn", () => {
  const numbers = (limits: [number, number], log = false) =>
    texts("n_eff", 240, limits, log).flatMap(({ text }) => (Number(text) < 100 ? [Number(text)] : []));
  const linear = numbers([22.5, 62]).filter((x) => x > 20);
  expect([Math.min(...linear), Math.max(...linear)]).toEqual([30, 60]);
});
