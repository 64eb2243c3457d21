/** Why a file could not be read, in the words that stand in brackets behind its name. */
export function whyUnread(error: NodeJS.ErrnoException): string {
  const { code, message } = error;
  return code === "ENOENT" ? "no such file" : (code ?? message);
}
