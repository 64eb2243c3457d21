/** `--theme NAME`: how large the type of figures is. */
import { type ThemeName, themeNamed } from "../figures/theme.js";

export const themeFlag = [
  "--theme <name>",
  "look of the figures: page, or slide for large type (default: page)",
] as const;

/** @throws ConfigError for another name */
export const parseTheme = (name = "page"): ThemeName => themeNamed(name, "--theme");
