/** Pairs of one step, as a source draws them or a caller hands them in: input a and target b, each below V. */
export interface Batch {
  inputs: Uint32Array;
  targets: Uint32Array;
}
