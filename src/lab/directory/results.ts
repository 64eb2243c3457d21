/** Numbers of the last evaluation that the table has, by their path. */
export const results: readonly (readonly [path: string, title: string])[] = [
  ["excessLoss", "excess loss (nats)"],
  ["effectiveDimension", "n_eff"],
];
