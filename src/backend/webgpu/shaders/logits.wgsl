// uses: block, tile
// reads: batch, work, unembedding
// writes: logits, parts
//
// logits (rows × WIDTH) ← U xᵀ in base 2, in tiles of TOKENS rows × all slots of a block; beside them, of each tile and slot, the
// largest logit and Σ 2^(l − largest).

const LOG2_E = 1.4426950408889634;
const TOKENS = 8u * TOKEN_GROUPS;
const ROW_STRIDE = TOKENS / 4u + 1u;
const SLOT_STRIDE = WIDTH / 4u + 1u;
const THREADS = TOKEN_GROUPS * WIDTH / 8u;

var<workgroup> rows: array<vec4f, 4u * DEPTH * ROW_STRIDE>;
var<workgroup> columns: array<vec4f, 4u * DEPTH * SLOT_STRIDE>;
var<workgroup> reduced: array<vec4f, TOKEN_GROUPS * WIDTH / 4u>;

fn row(member: u32, r: u32, d: u32) -> vec4f {
  let value = unembedding[(member * ROWS + min(r, block.rows - 1u)) * D4 + min(d, D4 - 1u)];
  return select(vec4f(0.0), value, r < block.rows && d < D4);
}

fn input(member: u32, j: u32, d: u32, count: u32) -> vec4f {
  let value = work.x[(member * WIDTH + j) * D4 + min(d, D4 - 1u)];
  return select(vec4f(0.0), value, j < count && d < D4);
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let member = group.z;
  let count = slotsHere(member);
  if count == 0u {
    return;
  }
  // threads side by side take slots side by side, and those without one come last
  let slotGroups = (count + 7u) / 8u;
  let s = thread % slotGroups;
  let t = thread / slotGroups;
  let isBusy = t < TOKEN_GROUPS;
  let first = group.x * TOKENS;
  for (var d = 0u; d < D4; d += DEPTH) {
    for (var task = thread; task < (TOKENS + WIDTH) / 4u * DEPTH; task += THREADS) {
      let k = task % DEPTH;
      let four = task / DEPTH;
      if four < TOKENS / 4u {
        let r = first + 4u * four;
        let turned = transpose(mat4x4f(
          row(member, r, d + k), row(member, r + 1u, d + k), row(member, r + 2u, d + k), row(member, r + 3u, d + k)));
        let at = 4u * k * ROW_STRIDE + four;
        rows[at] = turned[0];
        rows[at + ROW_STRIDE] = turned[1];
        rows[at + 2u * ROW_STRIDE] = turned[2];
        rows[at + 3u * ROW_STRIDE] = turned[3];
      } else {
        let j = 4u * four - TOKENS;
        let turned = transpose(mat4x4f(
          input(member, j, d + k, count), input(member, j + 1u, d + k, count),
          input(member, j + 2u, d + k, count), input(member, j + 3u, d + k, count)));
        let at = 4u * k * SLOT_STRIDE + j / 4u;
        columns[at] = turned[0];
        columns[at + SLOT_STRIDE] = turned[1];
        columns[at + 2u * SLOT_STRIDE] = turned[2];
        columns[at + 3u * SLOT_STRIDE] = turned[3];
      }
    }
    workgroupBarrier();
    if isBusy {
      for (var k = 0u; k < 4u * DEPTH; k++) {
        addOuter(rows[k * ROW_STRIDE + 2u * t], rows[k * ROW_STRIDE + 2u * t + 1u],
          columns[k * SLOT_STRIDE + 2u * s], columns[k * SLOT_STRIDE + 2u * s + 1u]);
      }
    }
    workgroupBarrier();
  }

  var most = vec4f(-3e38);
  var most2 = vec4f(-3e38);
  if isBusy {
    for (var i = 0u; i < 8u; i++) {
      let r = first + 8u * t + i;
      sums[2u * i] *= LOG2_E;
      sums[2u * i + 1u] *= LOG2_E;
      if r < block.rows {
        let at = ((member * ROWS + r) * WIDTH + 8u * s) / 4u;
        logits[at] = sums[2u * i];
        logits[at + 1u] = sums[2u * i + 1u];
        most = max(most, sums[2u * i]);
        most2 = max(most2, sums[2u * i + 1u]);
      }
    }
    reduced[t * WIDTH / 4u + 2u * s] = most;
    reduced[t * WIDTH / 4u + 2u * s + 1u] = most2;
  }
  workgroupBarrier();
  if isBusy {
    for (var i = 0u; i < TOKEN_GROUPS; i++) {
      most = max(most, reduced[i * WIDTH / 4u + 2u * s]);
      most2 = max(most2, reduced[i * WIDTH / 4u + 2u * s + 1u]);
    }
  }
  workgroupBarrier();
  if isBusy {
    var sum = vec4f(0.0);
    var sum2 = vec4f(0.0);
    for (var i = 0u; i < 8u; i++) {
      if first + 8u * t + i < block.rows {
        sum += exp2(sums[2u * i] - most);
        sum2 += exp2(sums[2u * i + 1u] - most2);
      }
    }
    reduced[t * WIDTH / 4u + 2u * s] = sum;
    reduced[t * WIDTH / 4u + 2u * s + 1u] = sum2;
  }
  workgroupBarrier();
  if t == 0u {
    var sum = vec4f(0.0);
    var sum2 = vec4f(0.0);
    for (var i = 0u; i < TOKEN_GROUPS; i++) {
      sum += reduced[i * WIDTH / 4u + 2u * s];
      sum2 += reduced[i * WIDTH / 4u + 2u * s + 1u];
    }
    let at = (member * TILES + block.firstTile + group.x) * WIDTH + 8u * s;
    for (var i = 0u; i < 4u; i++) {
      parts[at + i] = vec2f(most[i], sum[i]);
      parts[at + 4u + i] = vec2f(most2[i], sum2[i]);
    }
  }
}
