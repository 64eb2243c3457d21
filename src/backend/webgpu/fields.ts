/** Stores: buffers of several arrays, each a struct in WGSL. The host reckons their places by WGSL's own rules. */

export type FieldType = "u32" | "f32" | "vec2u" | "vec2f" | "vec4u" | "vec4f" | "Control" | "Member";

/** Words of an element, and words that its place is a multiple of. */
const sizes: Record<FieldType, [words: number, alignment: number]> = {
  u32: [1, 1],
  f32: [1, 1],
  vec2u: [2, 2],
  vec2f: [2, 2],
  vec4u: [4, 4],
  vec4f: [4, 4],
  Control: [4, 1],
  Member: [8, 2],
};

/** An array in a store, of at least one element. */
export interface Field {
  type: FieldType;
  count: number;
}

export const wordsOf = (type: FieldType): number => sizes[type][0];

/** Where each array of a store begins, and its length, in words. */
export function placesOf(fields: Record<string, Field>): { places: Record<string, number>; words: number } {
  const places: Record<string, number> = {};
  let words = 0;
  let alignment = 1;
  for (const [name, { type, count }] of Object.entries(fields)) {
    const [size, own] = sizes[type];
    words = Math.ceil(words / own) * own;
    alignment = Math.max(alignment, own);
    places[name] = words;
    words += size * count;
  }
  return { places, words: Math.ceil(words / alignment) * alignment };
}
