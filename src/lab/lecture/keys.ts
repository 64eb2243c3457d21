/** What keys do in a lecture: those of a clicker, and a few letters. */

export type Action =
  | { kind: "turn"; by: 1 | -1 }
  | { kind: "play" | "replay" | "next-run" | "step" | "leave" | "help" }
  | { kind: "alone"; panel: number };

/** What has the focus: fields take all keys, buttons the space bar. */
export type Focus = "field" | "button" | "other";

export interface Pressed {
  key: string;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
}

/** Key and meaning, as the help lists them. */
export const keyHelp: readonly (readonly [key: string, meaning: string])[] = [
  ["PgDn, PgUp", "next and previous chapter; without the tour, next and previous panel"],
  ["Space", "play or pause"],
  ["R", "all runs again, with the same seeds"],
  ["N", "the next run is in focus"],
  [".", "one step of all runs"],
  ["1 – 4", "one panel alone; once more: all of them"],
  ["Esc", "leave the lecture"],
  ["?", "this help"],
];

const letters: Record<string, Action> = {
  PageDown: { kind: "turn", by: 1 },
  PageUp: { kind: "turn", by: -1 },
  " ": { kind: "play" },
  r: { kind: "replay" },
  n: { kind: "next-run" },
  ".": { kind: "step" },
  Escape: { kind: "leave" },
  "?": { kind: "help" },
};

/** Undefined for a key that is somebody else's. */
export function actionOf({ key, ctrlKey, altKey, metaKey }: Pressed, focus: Focus): Action | undefined {
  if (ctrlKey || altKey || metaKey) return undefined;
  if (focus === "field" && key !== "Escape") return undefined;
  if (focus === "button" && key === " ") return undefined;
  if (/^[1-4]$/.test(key)) return { kind: "alone", panel: Number(key) - 1 };
  const name = key.length === 1 ? key.toLowerCase() : key;
  return Object.hasOwn(letters, name) ? letters[name] : undefined;
}

/** The neighbour in a list, its ends where it is over; from outside of the list its first, or its last backwards. */
export function turned<T>(list: readonly T[], current: T | undefined, by: 1 | -1): T | undefined {
  const at = list.indexOf(current as T);
  if (at < 0) return by > 0 ? list[0] : list.at(-1);
  return list[Math.max(0, Math.min(list.length - 1, at + by))];
}
