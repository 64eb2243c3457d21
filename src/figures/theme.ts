/** The looks of a figure; everything that is not data takes its colour and its size from here. */

import { ConfigError } from "../configError.js";
import { palette } from "./figure.js";

export interface Theme {
  name: "light" | "dark";
  background: string;
  ink: string;
  /** Of the legend's text, in pixels. */
  fontSize: number;
  /** What all lengths are multiplied by in the end, text among them. */
  zoom: number;
  /** A vega-lite configuration. */
  config: Record<string, unknown>;
}

/** "page": text of 11 and 12 pixels; "slide": half as large again beside what is drawn, and all of it larger. */
export const themeNames = ["page", "slide"] as const;
export type ThemeName = (typeof themeNames)[number];

/** @throws ConfigError for another name; `field` is what it calls it */
export function themeNamed(name: string, field = "theme"): ThemeName {
  const known = themeNames.find((one) => one === name);
  if (known === undefined)
    throw new ConfigError(`${field}: expected ${themeNames.join(" or ")}, got ${JSON.stringify(name)}`);
  return known;
}

export const font = "Inter, system-ui, sans-serif";

/** Room for the labels of a y axis, so that panels below each other stand in line whatever their numbers. */
const labelRoom = 56;

/** A scale of colours between 0, the most frequent token, and 1, the least: each look has its own. */
export const byFrequency = { domain: [0, 1], range: "frequency", interpolate: "hsl" } as const;

interface Colours {
  /** Of tokens, from the most to the least frequent: farther from the background the more frequent, as on the lab's page. */
  frequency: readonly [string, string];
  background: string;
  ink: string;
  faint: string;
}

const theme = (
  name: Theme["name"],
  { background, ink, faint, frequency }: Colours,
  type: number,
  zoom: number,
): Theme => ({
  name,
  background,
  ink,
  fontSize: 12 * type,
  zoom,
  config: {
    font,
    background,
    padding: 10,
    view: { stroke: null },
    title: {
      color: ink,
      subtitleColor: ink,
      fontSize: 13 * type,
      subtitleFontSize: 11 * type,
      fontWeight: 600,
      anchor: "start",
      // in line with the axis' title, whatever the width of labels
      frame: "group",
      dx: -labelRoom * type,
      offset: 6 * type,
      subtitlePadding: 3,
    },
    axis: {
      labelColor: ink,
      titleColor: ink,
      domainColor: faint,
      tickColor: faint,
      gridColor: faint,
      gridOpacity: 0.35,
      labelFontSize: 11 * type,
      titleFontSize: 12 * type,
      titleFontWeight: 400,
      labelOverlap: "greedy",
      labelSeparation: 5,
    },
    // above the axis, on one line, where its length moves nothing
    axisY: {
      minExtent: labelRoom * type,
      titleAngle: 0,
      titleAlign: "left",
      titleBaseline: "bottom",
      titleX: -labelRoom * type,
      titleY: -9 * type,
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
      labelFontSize: 11 * type,
      titleFontSize: 12 * type,
      titleFontWeight: 400,
      labelLimit: 420,
      columnPadding: 14,
    },
    range: { [byFrequency.range]: frequency },
    // a pointed join of a noisy curve reaches beyond its values
    line: { strokeJoin: "round" },
    rule: { color: ink },
    // for marks in the colour of text
    style: { ink: { color: ink } },
    text: { color: ink },
  },
});

/** A series' colour that is too dark on black, and what stands for it there; the lab's page has the same. */
export const onBlack = { colour: palette[0], lighter: "#3b8fd0" } as const;

const white: Colours = {
  background: "#ffffff",
  ink: "#1f2328",
  faint: "#afb8c1",
  frequency: ["hsl(200, 75%, 16%)", "hsl(220, 75%, 55%)"],
};
const black: Colours = {
  background: "#15181c",
  ink: "#e6e8eb",
  faint: "#59616b",
  frequency: ["hsl(200, 75%, 93%)", "hsl(220, 75%, 51%)"],
};

export const themes: Record<ThemeName, { light: Theme; dark: Theme }> = {
  page: { light: theme("light", white, 1, 1), dark: theme("dark", black, 1, 1) },
  slide: { light: theme("light", white, 1.5, 1.6), dark: theme("dark", black, 1.5, 1.6) },
};
