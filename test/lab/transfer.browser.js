/** How much comes over the line until the page stands and has computed: counted by a proxy between browser and server. */
import { createServer, request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { finalHashes, openChromium, serveLab, withPage } from "./pages.js";

/** Bytes of bodies as they were sent, compressed, and of the headers, by address, everything that the browser asks for. */
async function countingProxy() {
  const answers = [];
  const server = createServer((asked, answer) => {
    const upstream = request(asked.url, { method: asked.method, headers: asked.headers }, (response) => {
      const one = {
        path: new URL(asked.url).pathname,
        status: response.statusCode,
        head: response.rawHeaders.join("").length,
        body: 0,
      };
      answers.push(one);
      answer.writeHead(response.statusCode, response.rawHeaders);
      response.on("data", (piece) => {
        one.body += piece.length;
      });
      response.pipe(answer);
    });
    upstream.on("error", () => answer.destroy());
    asked.pipe(upstream);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    answers,
    server: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

let lab;
let proxy;
let browser;
beforeAll(async () => {
  [lab, proxy, browser] = await Promise.all([serveLab(), countingProxy(), openChromium()]);
});
afterAll(async () => {
  await browser?.close();
  proxy?.close();
  await lab?.stop();
});

test("at most 100 kB until the page has trained its first runs, workers and on-demand parts of the first screen included", async () => {
  await withPage(
    browser,
    lab.url,
    async (page) => {
      await finalHashes(page);
      await page.waitForLoadState("networkidle");
      const { answers } = proxy;
      const bodies = answers.reduce((sum, { body }) => sum + body, 0);
      const heads = answers.reduce((sum, { head }) => sum + head, 0);
      const list = answers.map(({ path, status, body }) => `${path} ${status} ${body}`).join("\n");
      console.log(`${bodies} bytes of ${answers.length} answers, and ${heads} of their headers\n${list}`);
      // the worker's own are among them
      expect(answers.some(({ path }) => path.endsWith("browserWorker.js"))).toBe(true);
      expect(bodies).toBeLessThanOrEqual(100_000);
    },
    // loopback is proxied only where it is asked for
    { proxy: { server: proxy.server, bypass: "<-loopback>" } },
  );
});
