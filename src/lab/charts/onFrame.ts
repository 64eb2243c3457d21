/** Drawing straight from signals, without a component that renders again. */
import { effect, type Signal, signal } from "@preact/signals";

/**
 * Draws now, and at the next animation frame after anything that the drawing has read changes; what is out of sight, or
 * no longer in the page, waits until it is seen. All is drawn for a printer, which waits for no frame.
 * @returns ends it
 */
export function onFrame(host: Element, draw: () => void): () => void {
  let [frame, seen, wanted] = [0, true, false];
  let forget = () => {};
  const run = () => {
    frame = 0;
    wanted = !seen || !host.isConnected;
    if (wanted) return;
    forget();
    let first = true;
    forget = effect(() => {
      // the second time it reads nothing: it is told of one change and no more
      if (first) draw();
      else ask();
      first = false;
    });
  };
  const ask = () => {
    frame ||= requestAnimationFrame(run);
  };
  const observer = new IntersectionObserver((entries) => {
    seen = entries[entries.length - 1].isIntersecting;
    if (seen && wanted) ask();
  });
  observer.observe(host);
  const print = () => {
    cancelAnimationFrame(frame);
    const before = seen;
    seen = true;
    run();
    seen = before;
  };
  addEventListener("beforeprint", print);
  run();
  return () => {
    removeEventListener("beforeprint", print);
    cancelAnimationFrame(frame);
    observer.disconnect();
    forget();
  };
}

export interface Size {
  width: number;
  height: number;
}

/** An element's size in CSS pixels, without its padding. */
export function sizeOf(element: Element): { size: Signal<Size>; stop: () => void } {
  const size = signal<Size>({ width: element.clientWidth, height: element.clientHeight });
  const observer = new ResizeObserver(() => {
    const { clientWidth: width, clientHeight: height } = element;
    const { width: w, height: h } = size.peek();
    if (width !== w || height !== h) size.value = { width, height };
  });
  observer.observe(element);
  return { size, stop: () => observer.disconnect() };
}
