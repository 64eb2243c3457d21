/** The lab's server as a browser meets it, and as others do who should not. */
import { readFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { opener } from "../../src/server/openBrowser.js";
import { type Served, serve } from "../../src/server/serve.js";

let served: Served;
beforeAll(async () => {
  served = await serve({ port: 0 });
});
afterAll(() => served.close());

interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  body: Buffer;
}

/** The path as it is given: a client of this kind corrects none. */
const ask = (path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { port } = new URL(served.url);
    request({ host: "127.0.0.1", port, path, headers, method }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece) => pieces.push(piece));
      response.on("end", () =>
        resolve({
          status: response.statusCode as number,
          headers: response.headers,
          body: Buffer.concat(pieces),
        }),
      );
    })
      .on("error", reject)
      .end();
  });

test("the page's files have their types, and what keeps others out of the page", async () => {
  const index = await ask("/");
  expect(index.status).toBe(200);
  expect(index.headers).toMatchObject({
    "content-type": "text/html; charset=utf-8",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
  });
  const policy = String(index.headers["content-security-policy"]).split("; ");
  expect(policy).toEqual(
    expect.arrayContaining([
      "default-src 'none'",
      "script-src 'self' 'wasm-unsafe-eval'",
      "style-src 'self'",
      "frame-ancestors 'none'",
    ]),
  );
  expect(policy.join()).not.toMatch(/unsafe-inline|'unsafe-eval'|\*/);
  const html = index.body.toString();
  // what the policy would not let run
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=/i);
  // everything that the page names is there, wherever it is mounted
  const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, at]) => at);
  expect(named.length).toBeGreaterThan(2);
  for (const at of named.filter((one) => !one.startsWith("data:"))) {
    expect(at).toMatch(/^\.\//);
    expect(await ask(at.slice(1))).toMatchObject({ status: 200 });
  }
  expect((await ask("/browserWorker.js")).headers["content-type"]).toBe("text/javascript; charset=utf-8");
  expect((await ask("/lab/lab.css")).headers["content-type"]).toBe("text/css; charset=utf-8");
});

test("what a file imports is served beside it", async () => {
  const files: string[] = JSON.parse(await readFile("dist/lab/files.json", "utf8"));
  for (const file of files.filter((name) => name.endsWith(".js"))) {
    const { status, body } = await ask(`/${file}`);
    expect(status).toBe(200);
    for (const [, path] of body.toString().matchAll(/(?:\bfrom|\bimport\(?)\s*"(\.\.?\/[\w./-]+\.js)"/g))
      expect(files).toContain(new URL(path, `http://host/${file}`).pathname.slice(1));
  }
});

describe("only a browser of this machine is answered", () => {
  test.each([
    ["another site's name", "evil.example"],
    ["another site's name with our port", "evil.example:PORT"],
    ["our name with another port", "127.0.0.1:1"],
    ["our name without a port", "localhost"],
    ["an address of the network", "192.168.0.2:PORT"],
    ["a name that begins as ours", "localhost.evil.example:PORT"],
    ["a name that ends as ours", "evil-localhost:PORT"],
  ])("%s is refused", async (_, host) => {
    const { port } = new URL(served.url);
    const { status, body } = await ask("/", { host: host.replace("PORT", port) });
    expect(status).toBe(421);
    expect(body.toString()).toBe("This server answers to localhost only.\n");
  });

  test.each(["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])("%s is answered", async (name) => {
    expect((await ask("/", { host: `${name}:${new URL(served.url).port}` })).status).toBe(200);
  });
});

test.each([
  "/../package.json",
  "/lab/../../package.json",
  "/lab/..%2f..%2fpackage.json",
  "/%2e%2e/package.json",
  "/..\\package.json",
  "//etc/passwd",
  "/package.json",
  "/cli.js",
  "/commandLine.js",
  "/lab/",
  "/lab/lab.js/",
  "/lab/files.json",
  "/api/",
  "/api/directory/",
  "/constructor",
  "/__proto__",
])("%s is no file of the page", async (path) => {
  expect((await ask(path)).status).toBe(404);
});

test("a page that follows nothing hears so, without an error on its console", async () => {
  const { status, body } = await ask("/api/directory?cursor=");
  expect(status).toBe(204);
  expect(body).toHaveLength(0);
});

test("it takes GET and HEAD only", async () => {
  const head = await ask("/index.js", {}, "HEAD");
  expect(head.status).toBe(200);
  expect(head.body).toHaveLength(0);
  expect(Number(head.headers["content-length"])).toBeGreaterThan(1000);
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
    const { status, headers } = await ask("/", {}, method);
    expect(status).toBe(405);
    expect(headers.allow).toBe("GET, HEAD");
  }
});

test("files are compressed as the browser takes them, and are the same bytes", async () => {
  const plain = await readFile("dist/index.js");
  const br = await ask("/index.js", { "accept-encoding": "gzip, deflate, br, zstd" });
  expect(br.headers["content-encoding"]).toBe("br");
  expect(brotliDecompressSync(br.body).equals(plain)).toBe(true);
  const gzip = await ask("/index.js", { "accept-encoding": "gzip, br;q=0" });
  expect(gzip.headers["content-encoding"]).toBe("gzip");
  expect(gunzipSync(gzip.body).equals(plain)).toBe(true);
  const identity = await ask("/index.js", { "accept-encoding": "zstd" });
  expect(identity.headers["content-encoding"]).toBeUndefined();
  expect(identity.body.equals(plain)).toBe(true);
  for (const { headers } of [br, gzip, identity]) expect(headers.vary).toBe("Accept-Encoding");
  expect(new Set([br, gzip, identity].map(({ headers }) => headers.etag)).size).toBe(3);
});

test("a file that the browser has is not sent again", async () => {
  const etag = String((await ask("/index.js")).headers.etag);
  const again = await ask("/index.js", { "if-none-match": `"other", ${etag}` });
  expect(again).toMatchObject({ status: 304, headers: { etag } });
  expect(again.body).toHaveLength(0);
  expect((await ask("/index.js", { "if-none-match": '"other"' })).status).toBe(200);
});

test("a port that is taken is an error of one line; without one asked for the next is taken", async () => {
  const port = Number(new URL(served.url).port);
  await expect(serve({ port })).rejects.toThrow(`--port: expected a free port, got ${port} (in use)`);
  const [one, other] = [await serve(), await serve()];
  expect(one.url).not.toBe(other.url);
  await Promise.all([one.close(), other.close()]);
  await expect(fetch(one.url)).rejects.toThrow();
});

test("a browser is opened where it would be seen", () => {
  const url = "http://127.0.0.1:8010/";
  expect(opener(url, { DISPLAY: ":0" }, "linux")).toEqual(["xdg-open", url]);
  expect(opener(url, { WAYLAND_DISPLAY: "wayland-0" }, "linux")).toEqual(["xdg-open", url]);
  expect(opener(url, {}, "linux")).toBeUndefined();
  expect(opener(url, { DISPLAY: ":0", CI: "true" }, "linux")).toBeUndefined();
  expect(opener(url, {}, "darwin")).toEqual(["open", url]);
  expect(opener(url, {}, "win32")).toEqual(["cmd", "/c", "start", "", url]);
});
