/** Keys of a lecture. */
import { expect, test } from "vitest";
import { hiddenBy, hiding, unknownIn } from "../../src/lab/lecture/hiding.js";
import { actionOf, type Focus, keyHelp, turned } from "../../src/lab/lecture/keys.js";

const press = (key: string, focus: Focus = "other", held: object = {}) =>
  actionOf({ key, ctrlKey: false, altKey: false, metaKey: false, ...held }, focus);

test("a clicker turns pages, letters in either case do the rest", () => {
  expect(press("PageDown")).toEqual({ kind: "turn", by: 1 });
  expect(press("PageUp")).toEqual({ kind: "turn", by: -1 });
  expect([press(" "), press("R"), press("r"), press("n"), press("."), press("?"), press("Escape")]).toEqual(
    ["play", "replay", "replay", "next-run", "step", "help", "leave"].map((kind) => ({ kind })),
  );
  expect(press("1")).toEqual({ kind: "alone", panel: 0 });
  expect(press("4")).toEqual({ kind: "alone", panel: 3 });
  for (const key of ["0", "5", "x", "Enter", "Tab", "constructor"]) expect(press(key)).toBeUndefined();
});

test("fields have their keys, buttons their space bar, and the browser its own", () => {
  for (const key of [" ", "r", ".", "1", "PageDown", "?"]) expect(press(key, "field")).toBeUndefined();
  expect(press("Escape", "field")).toEqual({ kind: "leave" });
  expect(press(" ", "button")).toBeUndefined();
  expect(press("r", "button")).toEqual({ kind: "replay" });
  for (const held of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }])
    expect(press("r", "other", held)).toBeUndefined();
});

test("the help lists every key once", () => {
  expect(keyHelp.map(([key]) => key)).toEqual(["PgDn, PgUp", "Space", "R", "N", ".", "1 – 4", "Esc", "?"]);
});

test("turning stops at the ends", () => {
  const list = ["a", "b", "c"];
  expect([turned(list, "a", 1), turned(list, "c", 1), turned(list, "a", -1)]).toEqual(["b", "c", "a"]);
  expect([turned(list, undefined, 1), turned(list, "", -1), turned([], "a", 1)]).toEqual([
    "a",
    "c",
    undefined,
  ]);
});

test("without a list, the charts are alone; an empty one hides nothing, and words that name nothing are no rules", () => {
  const [runs, controls] = [".presenting :is(.side > .runs)", ".presenting :is(.side > .controls)"];
  const own = hiding(hiddenBy(null));
  for (const rule of [runs, controls, "details.choice"]) expect(own).toContain(rule);
  expect(own).toContain(".presenting .side{display:none!important}");
  expect(own).not.toMatch(/\.bar|scrubber/);
  expect(hiding(hiddenBy(""))).toBe("");
  const some = hiding(hiddenBy("runs,loss,*{}"));
  expect(some).toContain(runs);
  expect(some).toContain('[data-panel="loss"]');
  expect(some).not.toContain("*");
  expect(some).not.toContain(".presenting .side{");
  for (const list of [null, "", "runs,loss", "header"])
    expect(unknownIn(hiddenBy(list), ["loss"])).toBeUndefined();
  expect(unknownIn(hiddenBy("runs,nonsense,loss,x"), ["loss"])).toBe(
    "hide: expected some of header, runs, controls, scrubber, choice, loss, got nonsense, x",
  );
});
