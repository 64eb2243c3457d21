/**
 * Which bits this package computes. Results of one config and one revision are the same, whoever computed them; a result
 * says its revision, so that those of two are told apart.
 *
 * To be raised by one with every change after which a config gives other bits: `npm run golden` refuses to renew a golden
 * hash of the revision that it was made with. A new feature, whose configs no earlier version took, raises nothing.
 *
 * 1: version 0.1, whose results do not say so. 2: losses from the logits that they are normalised by, pairs of large batches
 * counted first.
 */
export const bitsRevision = 2;

/** The revision of a result, of a checkpoint or of a description that may be older than the field. */
export const revisionOf = ({ bitsRevision = 1 }: { bitsRevision?: number | undefined }): number =>
  bitsRevision;
