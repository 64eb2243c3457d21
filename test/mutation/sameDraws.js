import fc from "fast-check";

// a mutant lives or dies by its own fault, not by the luck of a seed; its counterexample interests nobody
fc.configureGlobal({ seed: 1, endOnFailure: true });
