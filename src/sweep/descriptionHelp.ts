/** What the fields of a sweep's description mean, for its JSON Schema. */

/** By the object that has them, which is known by its first field. */
export const descriptionHelp: Record<string, Record<string, string>> = {
  $schema: {
    $schema: "for editors: where this schema is",
    base: "the config of every run, where no axis sets a field",
    axes: "values by dotted path of a field: every combination is a run; whole numbers where the field takes no others",
    zip: "axes whose fields change together, the first value of each with the first of the others: lists of one length",
    seeds: "seeds of every setting: a count, 0 to n - 1, or a list (default: the seed of base)",
    where: "only runs that meet all of these conditions",
  },
  kind: {
    kind: "values at equal distances, or at equal ratios",
    from: "the first value",
    to: "the last value",
    count: "how many values there are, both ends among them",
  },
  path: {
    path: "dotted path of a field of the complete config: distribution.exponent",
    below: "the field is less than this",
    atMost: "the field is this or less",
    above: "the field is more than this",
    atLeast: "the field is this or more",
    equals: "the field is this",
    not: "the field is anything else",
  },
};
