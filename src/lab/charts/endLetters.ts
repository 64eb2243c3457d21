/** Where the letters at the ends of curves stand: each beside its own marker, or nowhere. */

export type Place = readonly [x: number, y: number];

interface Room {
  /** Pixels of a letter. */
  em: number;
  /** Where letters have to end. */
  right: number;
  top: number;
  bottom: number;
}

const distance = ([a, b]: Place, [c, d]: Place): number => Math.hypot(a - c, b - d);

/**
 * The middle of each letter; undefined where it would lie over another, or nearer to another's marker than to its own.
 * @param ends of the curves, in pixels
 */
export function placeLetters(
  ends: readonly Place[],
  { em, right, top, bottom }: Room,
): (Place | undefined)[] {
  const beside = 8 + em * 0.35;
  const places: Place[] = [
    [beside, 0],
    [beside, -em / 2],
    [beside, em / 2],
    [beside, -em],
    [beside, em],
    [0, -em - 2],
    [0, em + 2],
    [-beside, 0],
  ];
  const placed: (Place | undefined)[] = ends.map(() => undefined);
  // from the top, so that letters that share a place are in the order of their values
  const order = ends.map((_, i) => i).sort((a, b) => ends[a][1] - ends[b][1]);
  for (const i of order) {
    const [x, y] = ends[i];
    placed[i] = places
      .map(([dx, dy]): Place => [x + dx, y + dy])
      .find(
        (place) =>
          place[0] + em * 0.35 <= right &&
          place[1] - em / 2 >= top &&
          place[1] + em / 2 <= bottom &&
          placed.every(
            (other) =>
              !other || Math.abs(other[0] - place[0]) >= em * 0.8 || Math.abs(other[1] - place[1]) >= em,
          ) &&
          // ends in one place may have either letter
          ends.every((end) => distance(place, end) >= distance(place, ends[i]) - 0.5),
      );
  }
  return placed;
}
