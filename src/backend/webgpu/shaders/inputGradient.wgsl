// uses: block, tile, source, error, pairs
// reads: batch, run, work, logits, unembedding, tables
// writes: dxParts
//
// dxParts (SLICES × WIDTH × D) ← Σ_b G_b U_b over one slice of the vocabulary, less the targets of the batch's pairs: a
// workgroup has all slots of a block and 8 × D_GROUPS dimensions.


const SLOT_GROUPS = WIDTH / 8u;
const SLOT_STRIDE = WIDTH / 4u + 1u;
const D_STRIDE = 2u * D_GROUPS + 1u;
const THREADS = SLOT_GROUPS * D_GROUPS;

var<workgroup> errors: array<vec4f, DEPTH_ROWS * SLOT_STRIDE>;
var<workgroup> rows: array<vec4f, DEPTH_ROWS * D_STRIDE>;

fn row(member: u32, r: u32, d: u32) -> vec4f {
  let value = unembedding[(member * ROWS + min(r, block.rows - 1u)) * D4 + min(d, D4 - 1u)];
  return select(vec4f(0.0), value, r < block.rows && d < D4);
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let member = group.z;
  let count = slotsHere(member);
  if count == 0u {
    return;
  }
  let t = thread % D_GROUPS;
  let s = thread / D_GROUPS;
  let isBusy = 8u * s < count;
  let firstD = 2u * D_GROUPS * group.x;
  let begin = group.y * SLICE_ROWS;
  let end = min(block.rows, begin + SLICE_ROWS);
  loadColumns(member, thread, THREADS);
  workgroupBarrier();
  for (var r = begin; r < end; r += DEPTH_ROWS) {
    for (var task = thread; task < DEPTH_ROWS * WIDTH / 4u; task += THREADS) {
      let k = task / (WIDTH / 4u);
      let four = task % (WIDTH / 4u);
      errors[k * SLOT_STRIDE + four] = errorAt(member, select(block.rows, r + k, r + k < end), four, count);
    }
    for (var task = thread; task < DEPTH_ROWS * 2u * D_GROUPS; task += THREADS) {
      let k = task / (2u * D_GROUPS);
      let d = task % (2u * D_GROUPS);
      rows[k * D_STRIDE + d] = row(member, r + k, firstD + d);
    }
    workgroupBarrier();
    if isBusy {
      for (var k = 0u; k < DEPTH_ROWS; k++) {
        addOuter(errors[k * SLOT_STRIDE + 2u * s], errors[k * SLOT_STRIDE + 2u * s + 1u],
          rows[k * D_STRIDE + 2u * t], rows[k * D_STRIDE + 2u * t + 1u]);
      }
    }
    workgroupBarrier();
  }

  let own = pairsHere(member, count);
  for (var at = own.x; at < own.y; at += 256u) {
    findPairs(member, at, own.y, block.firstRow + begin, block.firstRow + end, thread, THREADS);
    if isBusy {
      for (var word = 0u; word < 8u; word++) {
        for (var bits = atomicLoad(&found[word]); bits != 0u; bits &= bits - 1u) {
          let number = listOf(member) * B + at + 32u * word + firstTrailingBit(bits);
          let pair = batch.pairs[number];
          let i = pair.x - block.first - 8u * s;
          if i < 8u {
            let r = pair.y - block.firstRow;
            let share = f32(batch.weights[number]) / f32(B);
            subtractFromRow(i, share * row(member, r, firstD + 2u * t), share * row(member, r, firstD + 2u * t + 1u));
          }
        }
      }
    }
    workgroupBarrier();
  }

  if isBusy {
    for (var i = 0u; i < 8u; i++) {
      let at = ((member * SLICES + block.firstSlice + group.y) * WIDTH + 8u * s + i) * D4;
      for (var h = 0u; h < 2u; h++) {
        let d = firstD + 2u * t + h;
        if d < D4 {
          dxParts[at + d] = sums[2u * i + h];
        }
      }
    }
  }
}
