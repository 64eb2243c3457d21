/**
 * A link to the lab as text: `#v1.` and then, in base64url, the zlib form (RFC 1950) of the link's JSON. Its checksum tells
 * a damaged link from another one.
 */
import { shortest } from "../fields/implied.js";
import { ConfigError, type parseConfig, show } from "../index.js";
import { checkLink } from "./checkLink.js";
import type { LabLink } from "./link.js";

const VERSION = 1;
/** Bytes of JSON, of a link to write as of one to read. */
const MOST_BYTES = 1 << 18;
/** What so many bytes take at most as text. */
const MOST_CHARACTERS = MOST_BYTES * 1.5;

const refused = (what: string, got: string) => new ConfigError(`link: expected ${what}, got ${got}`);

/**
 * Bytes behind a stream's filter.
 * @throws whatever the filter does, and a ConfigError for more than a link may hold
 */
async function through(
  filter: CompressionStream | DecompressionStream,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const writer = filter.writable.getWriter();
  // what goes wrong the reader hears of too
  for (const done of [writer.write(bytes as BufferSource), writer.close()]) done.catch(() => {});
  const reader = (filter.readable as ReadableStream<Uint8Array>).getReader();
  const result = new Uint8Array(MOST_BYTES);
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return result.subarray(0, length);
    if (length + value.length > MOST_BYTES) {
      reader.cancel().catch(() => {});
      throw refused(`at most ${MOST_BYTES} bytes`, "more");
    }
    result.set(value, length);
    length += value.length;
  }
}

/** Without what is left out by default. */
const lean = ({ runs, focus, view, ...rest }: LabLink) => ({
  runs: runs.map(({ config, seeds, pinned, hidden, hashes }) => ({
    config: shortest(config as ReturnType<typeof parseConfig>),
    seeds: seeds === 1 ? undefined : seeds,
    pinned: pinned || undefined,
    hidden: hidden || undefined,
    hashes: hashes?.length ? hashes : undefined,
  })),
  focus: focus || undefined,
  view: view && Object.values(view).some((value) => value !== undefined) ? view : undefined,
  ...rest,
});

/**
 * A link that `decodeLink` reads: configs, view and hashes in the fragment, which no server sees. Defaults are left out.
 * @param base address of a lab, in the place of whose fragment it stands; the fragment alone when left out
 * @throws ConfigError for what is no link, a base that is no text, and for more than 262144 bytes of JSON (long lists of probabilities)
 */
export async function encodeLink(link: LabLink, base = ""): Promise<string> {
  if (typeof base !== "string") throw new ConfigError(`base: expected an address, got ${show(base)}`);
  const json = new TextEncoder().encode(JSON.stringify(lean(checkLink(link))));
  if (json.length > MOST_BYTES) throw refused(`at most ${MOST_BYTES} bytes of JSON`, String(json.length));
  const bytes = await through(new CompressionStream("deflate"), json);
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  const [address] = base.split("#");
  return `${address}#v${VERSION}.${text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
}

/** What of a link is said in an error. */
const shown = (text: string) => show(text.length > 40 ? `${text.slice(0, 40)}…` : text);

/**
 * What a link holds, every config complete.
 * @param text the whole address, its fragment, or the fragment without `#`
 * @throws ConfigError in one line that names the field, or `link: expected …, got …` for what cannot be read at all
 */
export async function decodeLink(text: string): Promise<LabLink> {
  if (typeof text !== "string") throw refused("a text", show(text));
  const fragment = text.slice(text.indexOf("#") + 1).trim();
  const [, version, body] = /^v(\d{1,9})\.(.*)$/s.exec(fragment) ?? [];
  if (body === undefined) throw refused(`a fragment #v${VERSION}.…`, shown(text));
  if (Number(version) !== VERSION)
    throw refused(
      `version ${VERSION}${Number(version) > VERSION ? ", the newest that this unigram-lab reads" : ""}`,
      `version ${Number(version)}`,
    );
  if (body.length > MOST_CHARACTERS)
    throw refused(`at most ${MOST_CHARACTERS} characters`, String(body.length));
  let value: unknown;
  try {
    const binary = atob(body.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = await through(
      new DecompressionStream("deflate"),
      Uint8Array.from(binary, (character) => character.charCodeAt(0)),
    );
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw error instanceof ConfigError ? error : refused("a whole link", `a damaged one, ${shown(fragment)}`);
  }
  return checkLink(value);
}
