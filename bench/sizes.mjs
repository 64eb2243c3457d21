/** The sizes that steps are compared at: [V, D]. */
export const sizes = [
  [10, 1],
  [100, 100],
  [1000, 100],
  [10000, 100],
  [50304, 100],
  [100, 1000],
  [100, 10000],
];
