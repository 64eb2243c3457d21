import type { ThemeName } from "../figures/theme.js";

export interface ReportOptions {
  /** Replaces files that this package did not write. Default false: they are refused. */
  force?: boolean;
  /** "slide": figures with large type, on the page as in their files. Default "page". */
  theme?: ThemeName;
  /** Which runs are shown, in a sentence, where they are not all of a directory. */
  chosen?: string;
  /** The command that repeats the report. Default: that of the directory by itself. */
  repeat?: string;
  /** Hears in one line what could not be made: PNG figures, where the optional package that draws them is not installed. */
  onNotice?: (line: string) => void;
}

/** @internal */
export const reportOptionNames = ["force", "theme", "chosen", "repeat", "onNotice"];
