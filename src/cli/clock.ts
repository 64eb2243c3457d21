/** Seconds as m:ss or h:mm:ss; "-:--" for null. */
export function clock(seconds: number | null): string {
  if (seconds === null) return "-:--";
  const whole = Math.max(0, Math.round(seconds));
  const two = (x: number) => String(x).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
