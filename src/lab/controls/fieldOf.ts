/** Fields of a config by dotted path. */
import type { RunConfigInput } from "../../index.js";

type Fields = Record<string, unknown>;

export const fieldOf = (config: object, path: string): unknown =>
  path.split(".").reduce<unknown>((value, name) => (value as Fields | undefined)?.[name], config);

/** What `change` takes to set one field, its siblings as they are in the complete config. */
export function withField(config: object, path: string, value: unknown): RunConfigInput {
  const [name, inner] = path.split(".");
  return inner === undefined
    ? { [name]: value }
    : { [name]: { ...((config as Fields)[name] as Fields), [inner]: value } };
}
