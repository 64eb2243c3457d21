// reads: run
// writes: batch, work
//
// Of a step's batch the distinct inputs in the order of their appearance, how often each comes, and its pairs sorted by their
// slots, those of a slot in their order; equal pairs of a piece are one with a weight. A workgroup a step. Batches of one piece of PIECE pairs are looked at for all steps of a submission at once; a
// longer one takes tokenSlot to know from piece to piece which inputs have a slot.

const PIECES = (B + PIECE - 1u) / PIECE;
const NONE = 0xffffffffu;

var<workgroup> tokens: array<u32, PIECE>;
var<workgroup> ends: array<u32, PIECE>;
var<workgroup> leads: array<u32, PIECE>;
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
    var end = NONE;
    if i < B {
      token = batch.inputs[pairs + i];
      end = batch.targets[pairs + i];
    }
    tokens[thread] = token;
    ends[thread] = end;
    workgroupBarrier();
    // the first of the pairs that are equal to this one, and how many they are
    let size = min(PIECE, B - piece * PIECE);
    var twin = thread;
    var weight = 0u;
    for (var other = 0u; other < size; other++) {
      if tokens[other] == token && ends[other] == end {
        twin = min(twin, other);
        weight += 1u;
      }
    }
    let isKept = twin == thread && i < B;
    leads[thread] = select(0u, 1u, isKept);
    workgroupBarrier();
    // among the pairs of this piece with this input: the first, how many, how many are kept, and of those how many before
    var leader = thread;
    var all = 0u;
    var kept = 0u;
    var before = 0u;
    for (var other = 0u; other < size; other++) {
      if tokens[other] == token {
        leader = min(leader, other);
        all += 1u;
        kept += leads[other];
        if other < thread {
          before += leads[other];
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
      batch.keptCounts[distinct + slot] = 0u;
      if PIECES > 1u {
        work.tokenSlot[member * V + token] = vec2u(stamp, slot);
      }
    }
    slots[thread] = slot;
    storageBarrier();
    workgroupBarrier();
    slot = slots[leader];
    var earlier = vec2u(0u);
    if i < B {
      earlier = vec2u(batch.counts[distinct + slot], batch.keptCounts[distinct + slot]);
      batch.places[pairs + i] = vec4u(slot, earlier.y + before, select(0u, weight, isKept), end);
    }
    storageBarrier();
    workgroupBarrier();
    if i < B && leader == thread {
      batch.counts[distinct + slot] = earlier.x + all;
      batch.keptCounts[distinct + slot] = earlier.y + kept;
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
    let own = select(0u, batch.keptCounts[distinct + min(slot, MOST - 1u)], slot < count);
    let until = base + scanned(own, thread);
    if slot < count {
      batch.starts[starts + slot] = until - own;
      batch.starts[starts + slot + 1u] = until;
    }
    workgroupBarrier();
    if thread == PIECE - 1u {
      base = until;
    }
    workgroupBarrier();
  }
  storageBarrier();
  workgroupBarrier();
  for (var i = thread; i < B; i += PIECE) {
    let place = batch.places[pairs + i];
    if place.z > 0u {
      let at = pairs + batch.starts[starts + place.x] + place.y;
      batch.pairs[at] = vec2u(place.x, place.w);
      batch.weights[at] = place.z;
    }
  }
}
