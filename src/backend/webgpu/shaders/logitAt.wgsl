// A logit of a block, in base 2: row r of the shard, slot j of the block.

fn logitAt(member: u32, r: u32, j: u32) -> f32 {
  return logits[((member * ROWS + r) * WIDTH + j) / 4u][j % 4u];
}
