/** Bytes for a reader: "3 KiB", "12 MiB", "1.5 GiB". */
export const shownBytes = (count: number): string =>
  count < 2 ** 20
    ? `${Math.ceil(count / 1024)} KiB`
    : count < 2 ** 30
      ? `${(count / 2 ** 20).toFixed(0)} MiB`
      : `${(count / 2 ** 30).toFixed(1)} GiB`;
