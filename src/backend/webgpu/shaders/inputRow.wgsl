// dx of a token, where it is an input of this step: tokenSlot has the step's stamp and the slot beside it.

const NO_ROW = 0xffffffffu;

/** Where the token's row of dx begins; NO_ROW where there is none, or where this matrix is no embedding. */
fn inputRowOf(member: u32, token: u32) -> u32 {
  if block.isEmbedding == 0u {
    return NO_ROW;
  }
  if EVERY_INPUT == 1u {
    return (member * MOST + token) * D4;
  }
  let entry = work.tokenSlot[member * V + token];
  return select(NO_ROW, (member * MOST + entry.y) * D4, entry.x == run.members[member].stamp + block.step);
}

fn inputGradientAt(row: u32, d: u32) -> vec4f {
  if row == NO_ROW {
    return vec4f(0.0);
  }
  return work.dx[row + d];
}
