/** A panel as a small picture beside a line of text: its marks, without a word. */
import type { Spec } from "./figure.js";

const SIZE = { width: 132, height: 58 };

const isSpec = (value: unknown): value is Spec => typeof value === "object" && value !== null;

/** A channel without the axis or the legend that explains it. */
const bare = (channel: unknown): unknown =>
  isSpec(channel) && "field" in channel ? { ...channel, axis: null, legend: null } : channel;

/** Words, and marks that only stand beside them, say nothing at this size. */
const isText = ({ mark }: Spec): boolean => mark === "text" || (isSpec(mark) && mark.type === "text");

function stripped({ title: _, usermeta: __, encoding, layer, ...rest }: Spec): Spec {
  return {
    ...rest,
    ...(isSpec(encoding)
      ? {
          encoding: Object.fromEntries(Object.entries(encoding).map(([name, own]) => [name, bare(own)])),
        }
      : {}),
    ...(Array.isArray(layer) ? { layer: (layer as Spec[]).filter((own) => !isText(own)).map(stripped) } : {}),
  };
}

export const thumbnail = (panel: Spec): Spec => ({ ...stripped(panel), ...SIZE, padding: 2 });
