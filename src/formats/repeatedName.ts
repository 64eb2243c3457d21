/**
 * The first name that an object of a JSON text holds twice, however it is written (`"a"` and `"\u0061"` are one name).
 * JSON.parse keeps the last of them in silence.
 * @param text that JSON.parse accepts
 */
export function repeatedName(text: string): string | undefined {
  /** Names so far of every object and list that is open; those of a list stay none. */
  const open: Set<string>[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at++];
    if (character === "{" || character === "[") open.push(new Set());
    else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const begin = at;
      while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
      const end = at++;
      while (/\s/.test(text[at])) at++;
      if (text[at] !== ":") continue;
      const name = JSON.parse(`"${text.slice(begin, end)}"`) as string;
      const names = open[open.length - 1];
      if (names.has(name)) return name;
      names.add(name);
    }
  }
}
