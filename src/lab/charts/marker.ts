import type { Shape } from "../looks.js";

/** A mark around a place of a canvas, in the colours and the line width that are set. */
export function marker(
  ctx: CanvasRenderingContext2D,
  shape: Shape,
  x: number,
  y: number,
  radius: number,
): void {
  const r = radius;
  ctx.beginPath();
  if (shape === "circle" || shape === "ring") ctx.arc(x, y, r, 0, 2 * Math.PI);
  else if (shape === "square") ctx.rect(x - r, y - r, 2 * r, 2 * r);
  else if (shape === "cross" || shape === "plus") {
    const d = shape === "cross" ? r : 0;
    const [dx, dy] = d ? [r, r] : [1.3 * r, 0];
    ctx.moveTo(x - dx, y - dy);
    ctx.lineTo(x + dx, y + dy);
    ctx.moveTo(x - d, y + (d || 1.3 * r));
    ctx.lineTo(x + d, y - (d || 1.3 * r));
  } else {
    const corners: [number, number][] =
      shape === "diamond"
        ? [
            [0, -1.3],
            [1.2, 0],
            [0, 1.3],
            [-1.2, 0],
          ]
        : shape === "down"
          ? [
              [0, 1.2],
              [1.2, -1],
              [-1.2, -1],
            ]
          : [
              [0, -1.2],
              [1.2, 1],
              [-1.2, 1],
            ];
    for (const [dx, dy] of corners) ctx.lineTo(x + dx * r, y + dy * r);
    ctx.closePath();
  }
  if (shape === "ring" || shape === "cross" || shape === "plus") ctx.stroke();
  else ctx.fill();
}
