/** What a lecture hides of the page. */

/** Parts of the page that can be hidden, beside its panels. */
const parts: Record<string, string> = {
  header: ".bar",
  runs: ".side > .runs",
  controls: ".side > .controls",
  scrubber: ".scrubber",
  choice: "details.choice",
};

/** Names of what is hidden: those of the list `hide=`, and where there is none what a lecture needs least. */
export const hiddenBy = (list: string | null): string[] => (list ?? "runs,controls,choice").split(",");

/**
 * What is wrong with such a list; undefined where all its words are names.
 * @param panels names of the page's
 */
export function unknownIn(names: readonly string[], panels: readonly string[]): string | undefined {
  const known = [...Object.keys(parts), ...panels];
  const other = names.filter((name) => name !== "" && !known.includes(name));
  return other.length === 0
    ? undefined
    : `hide: expected some of ${known.join(", ")}, got ${other.join(", ")}`;
}

/** The same as rules; other words are no names of anything. */
export function hiding(names: readonly string[]): string {
  const known = names.filter((name) => /^[a-z][a-z-]*$/.test(name));
  const rules = known.map(
    (name) => `.presenting :is(${parts[name] ?? `[data-panel="${name}"]`}){display:none!important}`,
  );
  const isSideEmpty = ["runs", "controls"].every((name) => known.includes(name));
  if (isSideEmpty)
    rules.push(
      ".presenting .side{display:none!important}.presenting .lab{grid-template-columns:minmax(0,1fr)}",
    );
  return rules.join("\n");
}
