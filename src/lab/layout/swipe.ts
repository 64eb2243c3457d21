/** A finger that goes sideways, and not down the page. */
import type { TargetedTouchEvent } from "preact";

/** Pixels that it has to go. */
const FAR = 60;

/** Listeners for an element; what is dragged by itself, as a handle of a chart, is left to it. */
export function swipes(go: (by: 1 | -1) => void) {
  let from: { x: number; y: number } | undefined;
  return {
    onTouchStart({ touches, target }: TargetedTouchEvent<HTMLElement>) {
      const [touch] = touches;
      const isFree = touches.length === 1 && !(target as Element).closest("input, select, [role=slider]");
      from = isFree ? { x: touch.clientX, y: touch.clientY } : undefined;
    },
    onTouchEnd({ changedTouches }: TargetedTouchEvent<HTMLElement>) {
      if (!from) return;
      const [touch] = changedTouches;
      const [x, y] = [touch.clientX - from.x, touch.clientY - from.y];
      from = undefined;
      if (Math.abs(x) > FAR && Math.abs(x) > 2 * Math.abs(y)) go(x < 0 ? 1 : -1);
    },
  };
}
