/** The two looks of a figure; everything that is not data takes its colour from here. */

export interface Theme {
  name: "light" | "dark";
  background: string;
  /** A vega-lite configuration. */
  config: Record<string, unknown>;
}

const font = "Inter, system-ui, sans-serif";

const theme = (name: Theme["name"], background: string, ink: string, faint: string): Theme => ({
  name,
  background,
  config: {
    font,
    background,
    padding: 12,
    view: { stroke: null },
    title: {
      color: ink,
      subtitleColor: ink,
      fontSize: 13,
      subtitleFontSize: 11,
      fontWeight: 600,
      anchor: "start",
      offset: 8,
    },
    axis: {
      labelColor: ink,
      titleColor: ink,
      domainColor: faint,
      tickColor: faint,
      gridColor: faint,
      gridOpacity: 0.35,
      labelFontSize: 11,
      titleFontSize: 12,
      titleFontWeight: 400,
      labelOverlap: true,
    },
    legend: {
      labelColor: ink,
      titleColor: ink,
      symbolStrokeColor: ink,
      orient: "bottom",
      direction: "horizontal",
      columns: 4,
      // as wide as each entry is, the legends of one figure below each other
      gridAlign: "none",
      layout: { bottom: { direction: "vertical", anchor: "start", margin: 4 } },
      labelFontSize: 12,
      labelLimit: 420,
      columnPadding: 18,
    },
    rule: { color: ink },
    text: { color: ink },
  },
});

export const light = theme("light", "#ffffff", "#1f2328", "#afb8c1");
export const dark = theme("dark", "#15181c", "#e6e8eb", "#59616b");
