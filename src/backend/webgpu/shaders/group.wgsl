// reads: inputs: u32
// writes: control: u32, firstPair: atomic<u32>, tokenSlot: u32, distinct: u32, counts: atomic<u32>, slots: u32, leaders: u32
//
// The distinct inputs of a step's batch in the order of their appearance, how often each comes, and the slot of every pair:
// one workgroup. tokenSlot: 1 + the slot of a token of the batch, 0 elsewhere.

const THREADS = 256u;
var<workgroup> ranks: array<u32, THREADS>;
var<workgroup> base: u32;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32) {
  let begin = control[STEP] * B;
  for (var i = thread; i < B; i += THREADS) {
    atomicStore(&firstPair[inputs[begin + i]], 0xffffffffu);
  }
  storageBarrier();
  for (var i = thread; i < B; i += THREADS) {
    atomicMin(&firstPair[inputs[begin + i]], i);
  }
  if thread == 0u {
    base = 0u;
  }
  storageBarrier();
  workgroupBarrier();
  for (var chunk = 0u; chunk < B; chunk += THREADS) {
    let i = chunk + thread;
    var leads = 0u;
    if i < B {
      leads = select(0u, 1u, atomicLoad(&firstPair[inputs[begin + i]]) == i);
    }
    ranks[thread] = leads;
    workgroupBarrier();
    // how many lead up to here: a scan in eight rounds
    for (var reach = 1u; reach < THREADS; reach <<= 1u) {
      var sum = ranks[thread];
      if thread >= reach {
        sum += ranks[thread - reach];
      }
      workgroupBarrier();
      ranks[thread] = sum;
      workgroupBarrier();
    }
    if leads == 1u {
      let slot = base + ranks[thread] - 1u;
      distinct[slot] = inputs[begin + i];
      leaders[i] = slot;
      tokenSlot[inputs[begin + i]] = slot + 1u;
      atomicStore(&counts[slot], 0u);
    }
    workgroupBarrier();
    if thread == THREADS - 1u {
      base += ranks[thread];
    }
    workgroupBarrier();
  }
  storageBarrier();
  for (var i = thread; i < B; i += THREADS) {
    let slot = leaders[atomicLoad(&firstPair[inputs[begin + i]])];
    slots[i] = slot;
    atomicAdd(&counts[slot], 1u);
  }
  if thread == 0u {
    control[DISTINCT] = base;
  }
}
