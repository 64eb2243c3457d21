/** Files in the encodings that browsers take, each made once. */
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

export type Encoding = "br" | "gzip" | "identity";

/** The best takes seconds for a megabyte, and an instant for what is small. */
const SMALL = 1 << 18;
const qualityFor = ({ length }: Buffer) => ({
  params: { [constants.BROTLI_PARAM_QUALITY]: length < SMALL ? 11 : 9 },
});

/** The best of what an Accept-Encoding header takes; one with q=0 is refused. */
export function encodingFor(accepted: string | undefined): Encoding {
  const taken = new Map(
    (accepted ?? "").split(",").map((one) => {
      const [name, ...parameters] = one
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/);
      const weight = parameters.find((text) => text.startsWith("q="));
      return [name, weight === undefined ? 1 : Number(weight.slice(2))] as const;
    }),
  );
  return (["br", "gzip"] as const).find((name) => (taken.get(name) ?? 0) > 0) ?? "identity";
}

const made = new WeakMap<Buffer, Map<Encoding, Promise<Buffer>>>();

export function compressed(bytes: Buffer, encoding: Encoding): Promise<Buffer> {
  const own = made.get(bytes) ?? new Map<Encoding, Promise<Buffer>>();
  made.set(bytes, own);
  const found = own.get(encoding) ?? compress(bytes, encoding);
  own.set(encoding, found);
  return found;
}

async function compress(bytes: Buffer, encoding: Encoding): Promise<Buffer> {
  if (encoding === "br") return promisify(brotliCompress)(bytes, qualityFor(bytes));
  return encoding === "gzip" ? promisify(gzip)(bytes, { level: 9 }) : bytes;
}
