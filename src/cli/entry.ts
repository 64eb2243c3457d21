#!/usr/bin/env node
/**
 * The command itself: refuses a Node that is too old before any of the rest is read, of which it would understand nothing. In
 * the syntax of old ones, and without static imports, which are read first.
 */
const least = [20, 19];
const version = process.versions.node.split(".").map(Number);
if (version[0] < least[0] || (version[0] === least[0] && version[1] < least[1])) {
  process.stderr.write(
    `error: Node: expected ${least.join(".")} or newer, got ${process.versions.node} (https://nodejs.org)\n`,
  );
  process.exitCode = 2;
} else void import("./main.js");
