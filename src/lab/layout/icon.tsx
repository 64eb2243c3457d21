/** Small pictures on buttons, which no font need have. */
const paths = {
  shown: "M1 8c3-5 11-5 14 0-3 5-11 5-14 0zM8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  hidden: "M1 8c3-5 11-5 14 0-3 5-11 5-14 0zM3 14 13 2",
  pin: "M6 1h4v5l2 3H4l2-3zM8 9v6",
  remove: "M3 3l10 10M13 3 3 13",
  fork: "M4 2v5q0 3 4 3v4M12 2v5q0 3-4 3",
} as const;

export const Icon = ({ name }: { name: keyof typeof paths }) => (
  <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
    <path d={paths[name]} fill="none" stroke="currentColor" stroke-width="1.5" />
  </svg>
);
