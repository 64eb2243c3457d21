/** Serves the page to browsers of this machine, and to nobody else. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfigError } from "../config.js";
import { readDirectory } from "../sweep/directoryNews.js";
import { compressed, encodingFor } from "./compressed.js";
import { pageHeaders } from "./headers.js";
import { type PageFile, pageFiles } from "./pageFiles.js";

/** Where a port is looked for when none is asked for. */
const FIRST_PORT = 8010;
const PORTS = 20;

export interface ServeOptions {
  /** Any free one near 8010 when left out; 0 for any at all. */
  port?: number | undefined;
  /** Directory of a sweep or a report that the page follows. */
  directory?: string | undefined;
}

export interface Served {
  /** "http://127.0.0.1:8010/". */
  url: string;
  close(): Promise<void>;
}

/** @throws ConfigError when the port is taken */
export async function serve({ port, directory }: ServeOptions = {}): Promise<Served> {
  const files = new Map((await pageFiles()).map((file) => [`/${file.path}`, tagged(file)]));
  const index = files.get("/index.html") as TaggedFile;
  files.set("/", index);
  const server = createServer((request, response) => {
    answer(request, response, files, directory).catch((error: Error) => {
      if (response.headersSent) response.destroy();
      else refuse(response, 500, error.message.split("\n")[0]);
    });
  });
  await listen(server, port);
  // what the page asks for first is ready when a browser has started
  for (const [, name] of index.bytes.toString().matchAll(/(?:src|href)="\.(\/[^"]+)"/g)) {
    const file = files.get(name);
    if (file) void compressed(file.bytes, "br");
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface TaggedFile extends PageFile {
  tag: string;
}

const tagged = (file: PageFile): TaggedFile => ({
  ...file,
  tag: createHash("sha256").update(file.bytes).digest("hex").slice(0, 16),
});

const once = (server: Server, port: number): Promise<NodeJS.ErrnoException | undefined> =>
  new Promise((resolve) => {
    server.once("error", resolve);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", resolve);
      resolve(undefined);
    });
  });

async function listen(server: Server, port: number | undefined): Promise<void> {
  const near = Array.from({ length: PORTS }, (_, i) => FIRST_PORT + i);
  for (const one of port === undefined ? [...near, 0] : [port]) {
    const error = await once(server, one);
    if (!error) return;
    if (!["EADDRINUSE", "EACCES"].includes(error.code ?? "")) throw error;
    if (port !== undefined)
      throw new ConfigError(
        `--port: expected a free port, got ${port} (${error.code === "EACCES" ? "not allowed" : "in use"})`,
      );
  }
}

/** A page of another site may reach this address under a name of its own (DNS rebinding): such a name is not answered. */
function isOwnHost({ headers, socket }: IncomingMessage): boolean {
  const [, name, port = "80"] =
    /^(localhost|127\.0\.0\.1|\[::1\])(?::(\d+))?$/i.exec(headers.host ?? "") ?? [];
  return name !== undefined && Number(port) === socket.localPort;
}

const refuse = (response: ServerResponse, code: number, why: string, more: Record<string, string> = {}) =>
  response
    .writeHead(code, { ...pageHeaders, "Content-Type": "text/plain; charset=utf-8", ...more })
    .end(`${why}\n`);

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  files: ReadonlyMap<string, TaggedFile>,
  directory: string | undefined,
): Promise<unknown> {
  const { method = "", url = "" } = request;
  if (!isOwnHost(request)) return refuse(response, 421, "This server answers to localhost only.");
  if (!["GET", "HEAD"].includes(method))
    return refuse(response, 405, "This server takes GET and HEAD only.", { Allow: "GET, HEAD" });
  const [path, query = ""] = url.split("?", 2);
  if (path === "/api/directory") {
    // every page asks: that nothing is followed is no error on its console
    if (directory === undefined) return response.writeHead(204, pageHeaders).end();
    const cursor = new URLSearchParams(query).get("cursor") ?? undefined;
    const bytes = Buffer.from(JSON.stringify(await readDirectory(directory, cursor)));
    // as it is: to compress it takes more than this machine's own network does, and a sweep may want the processor
    return send(request, response, bytes, {
      "Content-Type": "application/json; charset=utf-8",
      "Cache-Control": "no-store",
    });
  }
  // names are looked up as they are: there is no path that leads elsewhere
  const file = files.get(path);
  if (!file) return refuse(response, 404, "There is no such file.");
  const encoding = encodingFor(request.headers["accept-encoding"]);
  const tag = `"${file.tag}-${encoding}"`;
  const headers = { ETag: tag, "Cache-Control": "no-cache", Vary: "Accept-Encoding" };
  const known = (request.headers["if-none-match"] ?? "")
    .split(",")
    .map((one) => one.trim().replace(/^W\//, ""));
  if (known.includes(tag)) return response.writeHead(304, { ...pageHeaders, ...headers }).end();
  return send(request, response, await compressed(file.bytes, encoding), {
    "Content-Type": file.type,
    ...(encoding === "identity" ? {} : { "Content-Encoding": encoding }),
    ...headers,
  });
}

function send(
  { method }: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  headers: Record<string, string>,
): void {
  response
    .writeHead(200, { ...pageHeaders, "Content-Length": body.length, ...headers })
    .end(method === "HEAD" ? undefined : body);
}
