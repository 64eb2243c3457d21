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
