/** Where the names of points stand: beside their own, over no other point and over no other name, or nowhere. */

export interface Points {
  xs: ArrayLike<number>;
  ys: ArrayLike<number>;
  radius(i: number): number;
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Between a point and its name, and what a name keeps free around itself. */
const [GAP, FREE] = [3, 1.5];

/** To which side of its point a name stands, in the order in which they are tried. */
const sides: readonly (readonly [across: number, up: number])[] = [
  [1, 0],
  [-1, 0],
  [0, -1],
  [0, 1],
  [1, -1],
  [1, 1],
  [-1, -1],
  [-1, 1],
];

const meet = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Whether a point is in a box, or reaches into it. */
const reaches = (x: number, y: number, radius: number, { left, right, top, bottom }: Box): boolean => {
  const dx = x - Math.max(left, Math.min(right, x));
  const dy = y - Math.max(top, Math.min(bottom, y));
  return dx * dx + dy * dy < radius * radius;
};

/**
 * The middle of each name of the first points.
 * @param widths of the names, in pixels; as many as have one
 * @param within what they have to be
 */
export function placeNames(
  { xs, ys, radius }: Points,
  widths: readonly number[],
  em: number,
  within: Box,
): ([x: number, y: number] | undefined)[] {
  const taken: Box[] = [];
  const boxAt = (x: number, y: number, width: number): Box => ({
    left: x - width / 2 - FREE,
    right: x + width / 2 + FREE,
    top: y - em / 2 - FREE,
    bottom: y + em / 2 + FREE,
  });
  const isFree = (box: Box): boolean => {
    const isWithin =
      box.left >= within.left &&
      box.right <= within.right &&
      box.top >= within.top &&
      box.bottom <= within.bottom;
    if (!isWithin || taken.some((other) => meet(box, other))) return false;
    for (let i = 0; i < xs.length; i++) if (reaches(xs[i], ys[i], radius(i), box)) return false;
    return true;
  };
  return widths.map((width, i) => {
    const off = radius(i) + GAP;
    for (const [across, up] of sides) {
      // beside a corner it is nearer
      const near = across !== 0 && up !== 0 ? Math.SQRT1_2 : 1;
      const x = xs[i] + across * (near * off + width / 2);
      const y = ys[i] + up * (near * off + em / 2);
      const box = boxAt(x, y, width);
      if (!isFree(box)) continue;
      taken.push(box);
      return [x, y];
    }
    return undefined;
  });
}
