import type { ThemeName } from "../figures/theme.js";

export interface ReportOptions {
  /** Replaces files that this package did not write. Default false: they are refused. */
  force?: boolean;
  /** "slide": figures with large type, on the page as in their files. Default "page". */
  theme?: ThemeName;
  /** Hears in one line what could not be made: PNG figures, where the optional package that draws them is not installed. */
  onNotice?: (line: string) => void;
}

/** @internal */
export const reportOptionNames = ["force", "theme", "onNotice"];
