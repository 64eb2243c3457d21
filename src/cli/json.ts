/** JSON as a user writes it: a field that is given twice is a mistake, of which JSON.parse would keep the last in silence. */

/** A name that stands twice in one object of a sound JSON text, or undefined. */
function nameGivenTwice(text: string): string | undefined {
  const open: (Set<string> | null)[] = [];
  let last = "";
  for (const [token] of text.matchAll(/"(?:\\.|[^"\\])*"|[{}[\]:]/g)) {
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(null);
    else if (token === "}" || token === "]") open.pop();
    else if (token !== ":") last = token;
    else {
      const names = open[open.length - 1];
      if (names?.has(last)) return JSON.parse(last);
      names?.add(last);
    }
  }
  return undefined;
}

/** @throws SyntaxError of a few words for what is not JSON, or gives a field twice */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SyntaxError("not JSON");
  }
  const twice = nameGivenTwice(text);
  if (twice !== undefined) throw new SyntaxError(`${JSON.stringify(twice)} is given twice`);
  return value;
}
