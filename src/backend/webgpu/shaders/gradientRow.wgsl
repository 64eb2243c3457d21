// uses: inputRow
//
// The gradient of a matrix where `gradient` holds dU: of a row r of the shard, dimensions 4 d … 4 d + 3.

fn gradientAt(member: u32, r: u32, d: u32) -> vec4f {
  var g = inputGradientAt(inputRowOf(member, block.firstRow + r), d);
  if block.isUnembedding == 1u {
    g += gradient[(member * ROWS + r) * D4 + d];
  }
  return g;
}
