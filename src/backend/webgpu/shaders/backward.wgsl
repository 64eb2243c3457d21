// uses: total
// reads: control: u32, distinct: u32, embedding: f32, gainBias: f32, moments: vec2f, dxParts: f32
// writes: dx: f32, gainBiasParts: f32
//
// dx of a block's slots: the slices in their order, back through the norm; what each slot gives to gain and bias beside it.

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let j = group.x;
  let slot = block.first + j;
  if slot >= control[DISTINCT] {
    return;
  }
  for (var d = thread; d < D; d += 64u) {
    var sum = 0.0;
    for (var slice = 0u; slice < SLICES; slice++) {
      sum += dxParts[(slice * WIDTH + j) * D + d];
    }
    dx[slot * D + d] = sum;
  }
  if NORM == 0u {
    return;
  }
  let row = distinct[slot] * D;
  let mean = moments[slot].x;
  let scale = moments[slot].y;
  var sumH = 0.0;
  var sumHx = 0.0;
  for (var d = thread; d < D; d += 64u) {
    let normalised = (embedding[row + d] - mean) * scale;
    let gradient = dx[slot * D + d];
    let h = gradient * gainBias[d];
    gainBiasParts[slot * 2u * D + d] = gradient * normalised;
    gainBiasParts[slot * 2u * D + D + d] = gradient;
    sumH += h;
    sumHx += h * normalised;
  }
  let centre = total(sumH, thread) / f32(D);
  let meanH = select(0.0, centre, NORM == 1u);
  let meanHx = total(sumHx, thread) / f32(D);
  for (var d = thread; d < D; d += 64u) {
    let normalised = (embedding[row + d] - mean) * scale;
    let h = dx[slot * D + d] * gainBias[d];
    dx[slot * D + d] = (h - meanH - normalised * meanHx) * scale;
  }
}
