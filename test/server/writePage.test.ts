/** The page written for other hosts: whole, again, and not over other people's files. */
import { access, appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kindOf } from "../../src/disk/kind.js";
import { writePageFolder, writeSingleFile } from "../../src/server/writePage.js";

const folder = () => mkdtemp(join(tmpdir(), "unigram-lab-"));
const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

test("a folder of static files has what the page asks for, and the headers that it wants", async () => {
  const out = join(await folder(), "new", "public");
  await writePageFolder(out);
  for (const name of ["index.html", "lab/lab.js", "lab/lab.css", "index.js", "browserWorker.js"])
    expect(await exists(join(out, name))).toBe(true);
  const headers = await readFile(join(out, "_headers"), "utf8");
  expect(headers).toMatch(/^\/\*\n( {2}[\w-]+: .+\n)+$/);
  expect(headers).toContain("  Cross-Origin-Embedder-Policy: require-corp\n");
  // relative: any path of any host
  const html = await readFile(join(out, "index.html"), "utf8");
  expect(html).not.toMatch(/(src|href)="(\/|https?:)/);
});

test("a build is renewed: what it no longer has goes, what others put there stays", async () => {
  const out = await folder();
  await writePageFolder(out);
  const list: string[] = JSON.parse(await readFile(join(out, "lab/files.json"), "utf8"));
  const outside = join(await folder(), "precious");
  await writeFile(outside, "");
  // as an older version left it; nothing outside is touched whatever the list says
  await writeFile(join(out, "lab/files.json"), JSON.stringify([...list, "lab/old-ABC.js", outside, "../x"]));
  await writeFile(join(out, "lab/old-ABC.js"), "");
  await writeFile(join(out, "lab/lab.js"), "older");
  await writeFile(join(out, "CNAME"), "lab.example");
  await writePageFolder(out);
  expect(await exists(join(out, "lab/old-ABC.js"))).toBe(false);
  expect(await exists(outside)).toBe(true);
  expect(await readFile(join(out, "CNAME"), "utf8")).toBe("lab.example");
  expect(await readFile(join(out, "lab/lab.js"), "utf8")).not.toBe("older");
});

test("a folder of others' files is refused and left as it was, unless it is forced", async () => {
  const out = await folder();
  await writeFile(join(out, "index.html"), "<!doctype html><title>mine</title>");
  await expect(writePageFolder(out)).rejects.toThrow(/expected an empty folder, .* got others' files/);
  expect(await readdir(out)).toEqual(["index.html"]);
  await writePageFolder(out, { force: true });
  expect(await readFile(join(out, "index.html"), "utf8")).toContain('content="unigram-lab ');
});

test("headers that somebody has edited are refused, and nothing is written, unless it is forced", async () => {
  const out = await folder();
  await writePageFolder(out);
  const headers = join(out, "_headers");
  const ours = await readFile(headers, "utf8");
  await writeFile(headers, `${ours}/lab/*\n  Cache-Control: max-age=60\n`);
  await writeFile(join(out, "lab/lab.js"), "older");
  await expect(writePageFolder(out)).rejects.toThrow(/_headers: expected .* got others/);
  expect(await readFile(headers, "utf8")).toContain("max-age=60");
  expect(await readFile(join(out, "lab/lab.js"), "utf8")).toBe("older");
  await writePageFolder(out, { force: true });
  expect(await readFile(headers, "utf8")).toBe(ours);
});

test("a build that is interrupted has no index yet, keeps the one there was, and is gone on with", async () => {
  const out = await folder();
  // what cannot be written is where it is interrupted: by now almost everything is there
  await mkdir(join(out, "_headers"));
  await expect(writePageFolder(out, { force: true })).rejects.toThrow("got a directory");
  expect(await exists(join(out, "index.html"))).toBe(false);
  expect(await exists(join(out, "lab/lab.js"))).toBe(true);
  await rm(join(out, "_headers"), { recursive: true });
  await writePageFolder(out);
  expect(await exists(join(out, "index.html"))).toBe(true);
  // and what the interrupted one was to remove goes then
  const list: string[] = JSON.parse(await readFile(join(out, "lab/files.json"), "utf8"));
  await writeFile(join(out, "lab/files.json"), JSON.stringify([...list, "lab/old-ABC.js"]));
  await writeFile(join(out, "lab/old-ABC.js"), "");
  await appendFile(join(out, "index.html"), "<!-- older -->");
  await rm(join(out, "_headers"));
  await mkdir(join(out, "_headers"));
  await expect(writePageFolder(out, { force: true })).rejects.toThrow("got a directory");
  expect(await readFile(join(out, "index.html"), "utf8")).toContain("older");
  expect(await exists(join(out, "lab/old-ABC.js"))).toBe(true);
  await rm(join(out, "_headers"), { recursive: true });
  await writePageFolder(out, { force: true });
  expect(await exists(join(out, "lab/old-ABC.js"))).toBe(false);
  expect(JSON.parse(await readFile(join(out, "lab/files.json"), "utf8"))).toEqual(list);
});

test("what looks like a list of the page's files is none without the index among them", async () => {
  const out = await folder();
  await mkdir(join(out, "lab"));
  await writeFile(join(out, "lab/files.json"), '["mine.txt"]');
  await writeFile(join(out, "mine.txt"), "");
  await expect(writePageFolder(out)).rejects.toThrow("got others' files");
  expect(await exists(join(out, "mine.txt"))).toBe(true);
});

test("one HTML file has everything, and replaces only a page of ours", async () => {
  const path = join(await folder(), "lab.html");
  await writeSingleFile(path);
  expect(await kindOf(path)).toBe("page");
  const html = await readFile(path, "utf8");
  expect(html).not.toMatch(/<(script|link)[^>]*\b(src|href)="(?!data:)/);
  expect(html.match(/<script[\s>]/g)).toHaveLength(1);
  expect(html.match(/<\/script/g)).toHaveLength(1);
  await writeSingleFile(path);
  const mine = join(await folder(), "mine.html");
  await writeFile(mine, "<!doctype html><title>mine</title>");
  await expect(writeSingleFile(mine)).rejects.toThrow("expected a file of unigram-lab's or none");
  await mkdir(join(path, "..", "dir"));
  await expect(writeSingleFile(join(path, "..", "dir"))).rejects.toThrow("got a directory");
});
