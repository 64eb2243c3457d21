// reads: run
// writes: batch, work
//
// Of a step's batch the distinct inputs in the order of their appearance, and its pairs sorted by their slots, those of a slot in
// their order: a workgroup a step. Batches of one piece of PIECE pairs are looked at for all steps of a submission at once; a
// longer one takes tokenSlot to know from piece to piece which inputs have a slot.

const PIECES = (B + PIECE - 1u) / PIECE;
const NONE = 0xffffffffu;

var<workgroup> tokens: array<u32, PIECE>;
var<workgroup> slots: array<u32, PIECE>;
var<workgroup> scan: array<u32, PIECE>;
var<workgroup> base: u32;

/** Inclusive sums of a value over the threads up to each. */
fn scanned(value: u32, thread: u32) -> u32 {
  scan[thread] = value;
  workgroupBarrier();
  for (var reach = 1u; reach < PIECE; reach <<= 1u) {
    var sum = scan[thread];
    if thread >= reach {
      sum += scan[thread - reach];
    }
    workgroupBarrier();
    scan[thread] = sum;
    workgroupBarrier();
  }
  return scan[thread];
}

@compute @workgroup_size(PIECE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let member = group.z;
  let step = block.step + group.x;
  let here = member * STEPS + step;
  if step >= run.members[member].count || run.control[member].stopped == 1u {
    if thread == 0u {
      batch.distinctCount[here] = 0u;
    }
    return;
  }
  let pairs = here * B;
  let distinct = here * MOST;
  let starts = here * (MOST + 1u);
  let stamp = run.members[member].stamp + step;
  if thread == 0u {
    base = 0u;
  }
  workgroupBarrier();
  for (var piece = 0u; piece < PIECES; piece++) {
    let i = piece * PIECE + thread;
    var token = NONE;
    if i < B {
      token = batch.inputs[pairs + i];
    }
    tokens[thread] = token;
    workgroupBarrier();
    // among the pairs of this piece: how many before, how many in all, and who is the first with this input
    var before = 0u;
    var all = 0u;
    var leader = thread;
    for (var other = 0u; other < min(PIECE, B - piece * PIECE); other++) {
      if tokens[other] == token {
        all += 1u;
        if other < thread {
          before += 1u;
          leader = min(leader, other);
        }
      }
    }
    var isNew = leader == thread && i < B;
    var slot = 0u;
    if PIECES > 1u && isNew {
      let entry = work.tokenSlot[member * V + token];
      if entry.x == stamp {
        slot = entry.y;
        isNew = false;
      }
    }
    let place = scanned(select(0u, 1u, isNew), thread);
    if isNew {
      slot = base + place - 1u;
      batch.distinct[distinct + slot] = token;
      batch.counts[distinct + slot] = 0u;
      if PIECES > 1u {
        work.tokenSlot[member * V + token] = vec2u(stamp, slot);
      }
    }
    slots[thread] = slot;
    storageBarrier();
    workgroupBarrier();
    slot = slots[leader];
    var earlier = 0u;
    if i < B {
      earlier = batch.counts[distinct + slot];
      batch.places[pairs + i] = vec2u(slot, earlier + before);
    }
    storageBarrier();
    workgroupBarrier();
    if i < B && leader == thread {
      batch.counts[distinct + slot] = earlier + all;
    }
    if thread == PIECE - 1u {
      base += place;
    }
    storageBarrier();
    workgroupBarrier();
  }
  let count = workgroupUniformLoad(&base);
  if thread == 0u {
    batch.distinctCount[here] = count;
    base = 0u;
  }
  workgroupBarrier();
  for (var first = 0u; first < MOST; first += PIECE) {
    let slot = first + thread;
    let own = select(0u, batch.counts[distinct + min(slot, MOST - 1u)], slot < count);
    let end = base + scanned(own, thread);
    if slot < count {
      batch.starts[starts + slot] = end - own;
      batch.starts[starts + slot + 1u] = end;
    }
    workgroupBarrier();
    if thread == PIECE - 1u {
      base = end;
    }
    workgroupBarrier();
  }
  storageBarrier();
  workgroupBarrier();
  for (var i = thread; i < B; i += PIECE) {
    let place = batch.places[pairs + i];
    batch.pairs[pairs + batch.starts[starts + place.x] + place.y] = vec2u(place.x, batch.targets[pairs + i]);
  }
}
