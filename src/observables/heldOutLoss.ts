import { after } from "../backend/backend.js";
import type { Observable } from "./observable.js";
import { lossOfPairs } from "./population.js";

/** Mean loss of the pairs that a corpus holds out, in nats; null where it holds out none. */
export const heldOutLoss: Observable<"heldOutLoss"> = {
  columns: ["heldOutLoss"],
  applies: ({ distribution }) => distribution.kind === "corpus",
  measure({ backend, source }) {
    const pairs = source.pairs?.heldOut;
    if (!pairs || pairs.total === 0) return { heldOutLoss: null };
    return after(lossOfPairs(backend, pairs), (loss) => ({ heldOutLoss: loss }));
  },
};
