/**
 * Byte pair encoding (Sennrich, Haddow & Birch 2016): of neighbouring parts those merge first whose union has the lowest rank,
 * the leftmost first. A heap of pairs, so that a line of a million equal signs takes no longer by the byte than a word.
 */
export type Ranks = ReadonlyMap<string, number>;

/** Above every position in a text. */
const SCALE = 2 ** 32;

/**
 * The ranks of the parts that are left.
 * @param word bytes, as characters below 256
 * @param rankOf of every token, single bytes included
 */
export function bytePairs(word: string, rankOf: Ranks): number[] {
  const { length } = word;
  // a part reaches from where it begins to where the next one does; 0 where none begins any more
  const next = Uint32Array.from({ length: length + 1 }, (_, i) => i + 1);
  const previous = Uint32Array.from({ length: length + 1 }, (_, i) => i - 1);
  const heap: number[] = [];
  const rankAt = (i: number): number | undefined =>
    next[i] < length ? rankOf.get(word.slice(i, next[next[i]])) : undefined;
  const offer = (i: number): void => {
    const rank = rankAt(i);
    if (rank !== undefined) insert(heap, rank * SCALE + i);
  };
  for (let i = 0; i < length; i++) offer(i);
  while (heap.length > 0) {
    const least = takeLeast(heap);
    const i = least % SCALE;
    // one of the two has merged with another since
    if (next[i] === 0 || rankAt(i) !== (least - i) / SCALE) continue;
    const merged = next[i];
    next[i] = next[merged];
    next[merged] = 0;
    previous[next[i]] = i;
    offer(i);
    if (i > 0) offer(previous[i]);
  }
  const parts: number[] = [];
  for (let i = 0; i < length; i = next[i]) parts.push(rankOf.get(word.slice(i, next[i])) as number);
  return parts;
}

function insert(heap: number[], value: number): void {
  let at = heap.length;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (heap[parent] <= value) break;
    heap[at] = heap[parent];
    at = parent;
  }
  heap[at] = value;
}

function takeLeast(heap: number[]): number {
  const least = heap[0];
  const value = heap.pop() as number;
  if (heap.length === 0) return least;
  let at = 0;
  while (true) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1] < heap[child]) child++;
    if (heap[child] >= value) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = value;
  return least;
}
