import root from "../../vitest.config.ts";
import { rooms } from "./rooms.js";

/** The tests of one room (MUTATION_ROOM), with one draw of random cases for all mutants. */
export default {
  ...root,
  test: {
    ...root.test,
    include: rooms[process.env.MUTATION_ROOM].tests,
    setupFiles: ["test/mutation/sameDraws.js"],
    reporters: [],
  },
};
