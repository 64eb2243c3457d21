// uses: block, loss
// reads: batch, dxParts, embedding, gainBias
// writes: work, run
//
// dx of a block's slots: the slices in their order, back through the norm; what each slot gives to gain and bias beside it. A
// workgroup of LANES (four dimensions each) × PARTS (of the slices) a slot; the first of the last block also ends the step's
// loss.

var<workgroup> gathered: array<vec4f, LANES * PARTS>;
var<workgroup> sumsOfLanes: array<vec2f, LANES>;

@compute @workgroup_size(LANES * PARTS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let member = group.z;
  let j = group.x;
  let isFirst = block.firstRow == 0u;
  // the last block may have no slot at all
  if j == 0u && block.isLast == 1u && isFirst && distinctOf(member) > 0u {
    endLoss(member, thread, LANES * PARTS);
  }
  if j >= slotsHere(member) {
    return;
  }
  let slot = block.first + j;
  let lane = thread % LANES;
  let part = thread / LANES;
  let to = (member * MOST + slot) * D4;
  if isFirst {
    for (var first = 0u; first < D4; first += LANES) {
      let d = first + lane;
      var sum = vec4f(0.0);
      if d < D4 {
        for (var slice = part; slice < SLICES; slice += PARTS) {
          sum += dxParts[((member * SLICES + slice) * WIDTH + j) * D4 + d];
        }
      }
      gathered[thread] = sum;
      workgroupBarrier();
      if part == 0u && d < D4 {
        for (var i = 1u; i < PARTS; i++) {
          sum += gathered[LANES * i + lane];
        }
        work.dx[to + d] = sum;
      }
      workgroupBarrier();
    }
  }
  if NORM == 0u {
    return;
  }
  let r = inputOf(member, slot) - block.firstRow;
  if r >= block.rows {
    return;
  }
  let row = (member * ROWS + r) * D4;
  let gain = member * 2u * D4;
  let parts = (member * MOST + slot) * 2u * D4;
  let moments = work.moments[member * WIDTH + j];
  var sumH = 0.0;
  var sumHx = 0.0;
  if part == 0u {
    for (var d = lane; d < D4; d += LANES) {
      let normalised = (embedding[row + d] - moments.x) * moments.y * inside(d);
      let gradient = work.dx[to + d];
      let h = gradient * gainBias[gain + d];
      work.gainBiasParts[parts + d] = gradient * normalised;
      work.gainBiasParts[parts + D4 + d] = gradient;
      sumH += dot(h, vec4f(1.0));
      sumHx += dot(h, normalised);
    }
  }
  if part == 0u {
    sumsOfLanes[lane] = vec2f(sumH, sumHx);
  }
  workgroupBarrier();
  var all = vec2f(0.0);
  for (var i = 0u; i < LANES; i++) {
    all += sumsOfLanes[i];
  }
  let meanH = select(0.0, all.x / f32(D), NORM == 1u);
  let meanHx = all.y / f32(D);
  if part == 0u {
    for (var d = lane; d < D4; d += LANES) {
      let normalised = (embedding[row + d] - moments.x) * moments.y;
      let h = work.dx[to + d] * gainBias[gain + d];
      work.dx[to + d] = (h - meanH - normalised * meanHx) * moments.y * inside(d);
    }
  }
}
