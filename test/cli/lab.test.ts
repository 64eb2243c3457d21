/** The command: says its address, ends with Ctrl-C, and refuses what cannot be. */
import { spawn } from "node:child_process";
import { mkdtemp, readdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cli, unigramLab } from "./commandLine.js";

const folder = () => mkdtemp(join(tmpdir(), "unigram-lab-"));

/** Starts the command and waits for its first line. */
async function started(args: string[], cwd: string) {
  const child = spawn(process.execPath, [cli, "lab", ...args], { cwd });
  let stderr = "";
  child.stderr.on("data", (piece) => {
    stderr += piece;
  });
  const exit = new Promise<number | null>((resolve) => child.on("exit", resolve));
  const line = await new Promise<string>((resolve) =>
    child.stdout.once("data", (piece) => resolve(String(piece))),
  );
  return { child, exit, line, stderr: () => stderr };
}

test("it serves the page at the address that it says, until Ctrl-C", async () => {
  const { child, exit, line, stderr } = await started(["--no-open", "--port", "0"], await folder());
  const [, url] = /^(http:\/\/127\.0\.0\.1:\d+\/) \(Ctrl-C ends it\)\n$/.exec(line) ?? [];
  const response = await fetch(url);
  expect(await response.text()).toContain("unigram-lab");
  // nothing is followed
  expect((await fetch(`${url}api/directory`)).status).toBe(204);
  child.kill("SIGINT");
  expect(await exit).toBe(0);
  expect(stderr()).toBe("");
});

test("it follows a directory, there already or not, and says the address as JSON", async () => {
  const dir = await folder();
  const { child, exit, line } = await started(["swept", "--no-open", "--port", "0", "--json"], dir);
  const { url } = JSON.parse(line);
  const ask = async () => (await fetch(`${url}api/directory`)).json();
  expect(await ask()).toMatchObject({ directory: "swept", runs: [] });
  await unigramLab(["sweep", "--vary", "vocabSize=5,6", "--steps", "10", "--out", "swept"], dir);
  const { runs } = await ask();
  expect(runs.map(({ config }: { config: { vocabSize: number } }) => config.vocabSize).sort()).toEqual([
    5, 6,
  ]);
  child.kill("SIGTERM");
  expect(await exit).toBe(0);
});

test("the page is written for other hosts", async () => {
  const dir = await folder();
  const { code, stdout } = await unigramLab(["lab", "--build", "public", "--single-file", "lab.html"], dir);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^public: static files.* wants those in public\/_headers: Content-Security-Policy, .*\nlab\.html: /,
  );
  expect((await readdir(dir)).sort()).toEqual(["lab.html", "public"]);
  expect(await readdir(join(dir, "public"))).toEqual(
    expect.arrayContaining(["_headers", "index.html", "lab"]),
  );
  await writeFile(join(dir, "public/_headers"), "/*\n  X-Mine: 1\n");
  const again = await unigramLab(["lab", "--build", "public"], dir);
  expect(again.code).toBe(2);
  expect(again.stderr).toMatch(
    /^error: public\/_headers: expected .*, got others: it was edited.* \(--force replaces it\)\n$/,
  );
});

test("what cannot be is one line", async () => {
  const dir = await folder();
  await writeFile(join(dir, "file"), "mine");
  await writeFile(join(dir, "other.ndjson"), '{"mine": 1}\n');
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as { port: number };
  for (const [args, line] of [
    [["--port", String(port)], `--port: expected a free port, got ${port} (in use)`],
    [["--port", "65536"], '--port: expected a whole number from 0 to 65535, got "65536"'],
    [["file"], "DIR: expected a directory, got the file file"],
    [["other.ndjson"], "other.ndjson: expected a journal or none, got another file"],
    [["--force"], "--force: expected --build or --single-file with it, got neither"],
    [["--build", "out", "dir"], "DIR: expected none with --build, whose page follows nothing, got dir"],
    [
      ["--single-file", "x.html", "--port", "1"],
      "--port: expected without --single-file, which serves nothing",
    ],
    [
      ["--single-file", "file"],
      "file: expected a file of unigram-lab's or none, got another one (--force replaces it)",
    ],
    [
      ["--build", "."],
      ".: expected an empty folder, a new one or one of an earlier build, got others' files (--force replaces it)",
    ],
  ] as const) {
    const { code, stdout, stderr } = await unigramLab(
      ["lab", "--no-open", ...args].filter(
        (arg) =>
          arg !== "--no-open" || !args.some((one) => one.startsWith("--build") || one.startsWith("--single")),
      ),
      dir,
    );
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: "", stderr: `error: ${line}\n` });
  }
  taken.close();
  expect((await readdir(dir)).sort()).toEqual(["file", "other.ndjson"]);
});
