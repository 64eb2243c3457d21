import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { post } from "../../src/experiments/post/post.js";

test("the citation is of this version, and names the post as the report does", () => {
  const citation = readFileSync("CITATION.cff", "utf8");
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  expect(citation).toContain(`\nversion: ${version}\n`);
  const [, author, title, date] = /^(.+), '(.+)', (.+)$/.exec(post.citation) as RegExpExecArray;
  const [given, family] = author.split(" ");
  for (const line of [
    `title: "${title}"`,
    `family-names: ${family}`,
    `given-names: ${given}`,
    `date-published: "${date}"`,
  ])
    expect(citation).toContain(line);
});
