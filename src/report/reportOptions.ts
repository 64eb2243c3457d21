export interface ReportOptions {
  /** Replaces files that this package did not write. Default false: they are refused. */
  force?: boolean;
  /** Hears in one line what could not be made: PNG figures, where the optional package that draws them is not installed. */
  onNotice?: (line: string) => void;
}

/** @internal */
export const reportOptionNames = ["force", "onNotice"];
