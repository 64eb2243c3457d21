/** Digest of a case's result by the case's name. */
type Digests = Record<string, string>;
export declare const digestsOf: (golden: Record<string, object>) => Digests;
export declare const withGolden: (
  revisions: Record<string, Digests>,
  revision: number,
  golden: Record<string, object>,
) => Record<string, Digests>;
