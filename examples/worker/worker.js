/**
 * A Cloudflare Worker that trains across requests. Every run is a Durable Object; its storage keeps the snapshot.
 *     npm install && npm run dev        # then: curl -d '{"steps":1000}' 'localhost:8787/runs/first?milliseconds=50'
 *
 *   POST /runs/NAME?milliseconds=50   trains on for that long, answers with the records as NDJSON as they come, and a
 *                                     last line { step, finished }. The first request's body is the config.
 *   GET /runs/NAME/snapshot           the snapshot, for restoreTrainer elsewhere
 *
 * A value in that storage has at most 2 MB, so a snapshot too: with Adam V × D up to 160,000 or so. What does not fit is
 * told in the last line, { error }.
 */
import { ConfigError, createTrainer, restoreTrainer } from "unigram-lab";

export default {
  async fetch(request, env) {
    const name = /^\/runs\/([\w-]+)(\/snapshot)?$/.exec(new URL(request.url).pathname)?.[1];
    if (!name) return new Response("POST /runs/NAME?milliseconds=50\n", { status: 404 });
    return env.RUNS.get(env.RUNS.idFromName(name)).fetch(request);
  },
};

export class Run {
  #storage;
  /** The requests of one run take turns: each goes on from the snapshot that the one before it left. */
  #turn = Promise.resolve();

  constructor(state) {
    this.#storage = state.storage;
  }

  async fetch(request) {
    if (request.method === "GET")
      return new Response((await this.#storage.get("snapshot")) ?? null, { status: 200 });
    const before = this.#turn;
    let leave;
    this.#turn = new Promise((resolve) => {
      leave = resolve;
    });
    const body = await request.text();
    await before;
    try {
      const trainer = await this.#trainer(body);
      const milliseconds = Number(new URL(request.url).searchParams.get("milliseconds") ?? 50);
      return new Response(this.#lines(trainer, milliseconds, leave), {
        headers: { "content-type": "application/x-ndjson" },
      });
    } catch (error) {
      leave();
      if (error instanceof ConfigError || error instanceof SyntaxError)
        return new Response(`${error.message}\n`, { status: 400 });
      throw error;
    }
  }

  async #trainer(body) {
    const snapshot = await this.#storage.get("snapshot");
    return snapshot ? restoreTrainer(snapshot) : createTrainer(JSON.parse(body || "{}"));
  }

  /** Trains while it is read, and keeps what was reached. */
  #lines(trainer, milliseconds, leave) {
    const { readable, writable } = new TransformStream();
    const writer = writable.getWriter();
    // a reader who left changes nothing: the slice is finished and kept
    const write = (line) =>
      writer.write(new TextEncoder().encode(`${JSON.stringify(line)}\n`)).catch(() => {});
    const work = async () => {
      try {
        for await (const record of trainer.run({ milliseconds })) await write(record);
        await this.#storage.put("snapshot", await trainer.snapshot());
        const { stepCount: step, config } = trainer;
        await write({ step, finished: step >= config.steps });
      } catch (error) {
        await write({ error: error.message });
      } finally {
        trainer.dispose();
        leave();
        await writer.close().catch(() => {});
      }
    };
    void work();
    return readable;
  }
}
