// uses: source
//
// G of four slots of a block side by side, of one row: n q/B of a batch (whose pairs are subtracted apart), p (q − P) where
// gradients are exact. 0 where there is no row or no slot.

var<workgroup> most: array<vec4f, WIDTH / 4u>;
var<workgroup> factor: array<vec4f, WIDTH / 4u>;

/** To be called by all threads, before a barrier. */
fn loadColumns(member: u32, thread: u32, threads: u32) {
  for (var i = thread; i < WIDTH / 4u; i += threads) {
    let at = member * WIDTH + 4u * i;
    most[i] = vec4f(work.most[at], work.most[at + 1u], work.most[at + 2u], work.most[at + 3u]);
    factor[i] = vec4f(work.factor[at], work.factor[at + 1u], work.factor[at + 2u], work.factor[at + 3u]);
  }
}

fn errorAt(member: u32, r: u32, four: u32, count: u32) -> vec4f {
  let l = logits[(member * ROWS + min(r, block.rows - 1u)) * WIDTH / 4u + min(four, WIDTH / 4u - 1u)];
  var g = select(1.0, 0.0, V == 1u) * exp2(l - most[min(four, WIDTH / 4u - 1u)]) * factor[min(four, WIDTH / 4u - 1u)];
  if EVERY_INPUT == 1u {
    let source = run.members[member].source;
    for (var i = 0u; i < 4u; i++) {
      let input = block.first + 4u * four + i;
      if input < V {
        g[i] -= probabilityOf(source, input) * targetProbability(source, block.firstRow + r, input);
      }
    }
  }
  let isHere = vec4u(4u * four) + vec4u(0u, 1u, 2u, 3u) < vec4u(select(0u, count, r < block.rows));
  return select(vec4f(0.0), g, isHere);
}
