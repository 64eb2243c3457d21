// uses: block, total
// reads: batch, run, embedding, gainBias
// writes: work
//
// x (WIDTH × D) ← norm(E) for the distinct inputs of a block that are rows of this shard, a workgroup each; mean and 1/σ are
// kept for the way back, and of a step the slot of each token.

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let member = group.z;
  let j = group.x;
  if j >= slotsHere(member) {
    return;
  }
  let slot = block.first + j;
  let token = inputOf(member, slot);
  let r = token - block.firstRow;
  if r >= block.rows {
    return;
  }
  let row = (member * ROWS + r) * D4;
  let gain = member * 2u * D4;
  var mean = 0.0;
  var scale = 1.0;
  if NORM != 0u {
    if NORM == 1u {
      var sum = 0.0;
      for (var d = thread; d < D4; d += 64u) {
        sum += dot(embedding[row + d], vec4f(1.0));
      }
      mean = total(sum, thread) / f32(D);
    }
    var squares = 0.0;
    for (var d = thread; d < D4; d += 64u) {
      let centred = (embedding[row + d] - mean) * inside(d);
      squares += dot(centred, centred);
    }
    scale = 1.0 / sqrt(total(squares, thread) / f32(D) + 1e-5);
  }
  for (var d = thread; d < D4; d += 64u) {
    var value = embedding[row + d];
    if NORM != 0u {
      value = (value - mean) * scale * gainBias[gain + d];
    }
    if NORM == 1u {
      value += gainBias[gain + D4 + d];
    }
    work.x[(member * WIDTH + j) * D4 + d] = value * inside(d);
  }
  if thread == 0u {
    work.moments[member * WIDTH + j] = vec2f(mean, scale);
    if EVERY_INPUT == 0u && block.isStep == 1u {
      work.tokenSlot[member * V + token] = vec2u(run.members[member].stamp + block.step, slot);
    }
  }
}
