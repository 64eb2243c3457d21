/** Pairs of one step: input a and target b, each below V. */
export interface Batch {
  inputs: Uint32Array;
  targets: Uint32Array;
}
