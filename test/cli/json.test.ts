/** What is wrong with a JSON file, and where: words of our own, whatever Node says. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseJson } from "../../src/cli/json.js";

test.each<[string, string]>([
  ["", "line 1, column 1: expected a value, got the end"],
  ["\n\n  ", "line 3, column 3: expected a value, got the end"],
  ["{", "line 1, column 2: expected a name in quotes or }, got the end"],
  ["[", "line 1, column 2: expected a value or ], got the end"],
  ['{\n  "a": 1,\n  "b": [1, 2,]\n}', "line 3, column 14: expected a value, got ]"],
  ['{\r\n"a": 1,\r\n}', "line 3, column 1: expected a name in quotes, got }"],
  ['{"a": 1 "b": 2}', 'line 1, column 9: expected a comma or }, got "b"'],
  ['{"a" 1}', "line 1, column 6: expected a colon, got 1"],
  ["{a: 1}", "line 1, column 2: expected a name in quotes or }, got a"],
  ["{'a': 1}", "line 1, column 2: expected a name in quotes or }, got 'a'"],
  ["[1 2]", "line 1, column 4: expected a comma or ], got 2"],
  ["[1}", "line 1, column 3: expected a comma or ], got }"],
  ["[NaN]", "line 1, column 2: expected a value or ], got NaN"],
  ["[01]", "line 1, column 2: expected a value or ], got 01"],
  ["[1.]", "line 1, column 2: expected a value or ], got 1."],
  ["[truer]", "line 1, column 2: expected a value or ], got truer"],
  ["[1, // two\n2]", "line 1, column 5: expected a value, got //"],
  ["{} {}", "line 1, column 4: expected nothing more, got {"],
  ['["a]', "line 1, column 2: expected a value or ], got a text without its closing quote"],
  [
    '["a\\x"]',
    "line 1, column 2: expected a value or ], got a text with an escape or a character that JSON has not",
  ],
  ['{"a": 1,\n "\\u0061": 2}', 'line 2, column 2: "a" is given twice'],
  ['{"a": {"b": 1, "c": [], "b": 2}}', 'line 1, column 25: "b" is given twice'],
  ["\ufeff[1", "line 1, column 3: expected a comma or ], got the end"],
])("%j: %s", (text, message) => {
  expect(() => parseJson(text)).toThrow(new SyntaxError(message));
});

test("all that is JSON is read, also behind a byte order mark", () => {
  fc.assert(
    fc.property(fc.json(), fc.boolean(), (text, mark) => {
      expect(parseJson(mark ? `\ufeff${text}` : text)).toEqual(JSON.parse(text));
    }),
  );
  const long = `{"a": "${"x\\n".repeat(1e6)}", "b": ${"[".repeat(5000)}${"]".repeat(5000)}}`;
  expect(Object.keys(parseJson(long) as object)).toEqual(["a", "b"]);
});

test("whatever JSON.parse refuses is refused with a place, and nothing else", () => {
  const pieces = fc.constantFrom(
    ..."{}[],:".split(""),
    '"a"',
    '"b',
    "1",
    "-",
    "0",
    "true",
    "nul",
    " ",
    "\n",
    "\\",
  );
  fc.assert(
    fc.property(fc.array(pieces), (tokens) => {
      const text = tokens.join("");
      let sound = true;
      try {
        JSON.parse(text);
      } catch {
        sound = false;
      }
      let said = "";
      try {
        parseJson(text);
      } catch (error) {
        said = (error as Error).message;
      }
      if (sound) expect(said).toMatch(/^$| is given twice$/);
      else expect(said).toMatch(/^line \d+, column \d+: /);
    }),
    { numRuns: 3000 },
  );
});
