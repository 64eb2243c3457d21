/** The documentation site: pages in the order of the tables below, then the API. `npm run docs` makes build/docs. */
import { cp } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import katex from "@vscode/markdown-it-katex";
import { Converter, JSX, ReflectionKind } from "typedoc";

const pages = {
  Guide: [
    "guide/start.md",
    "guide/lab.md",
    "guide/train.md",
    "guide/sweep.md",
    "guide/report.md",
    "guide/going-on.md",
    "guide/text.md",
    "guide/code.md",
    "webgpu.md",
  ],
  Background: ["mathematics.md", "same-bits.md", "beyond.md", "../FINDINGS.md"],
  Project: ["../CONTRIBUTING.md", "extending.md", "../ARCHITECTURE.md", "../CHANGELOG.md"],
};

/** A page is called by its first heading, as it is wherever else the same file is read, and needs no front matter. */
function pagesByHeading(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, page) => {
    const isHere = (file) => `/${page.name}.md`.endsWith(file.replace("..", ""));
    page.frontmatter.group = Object.keys(pages).find((group) => pages[group].some(isHere));
    const [first] = page.content;
    const [head, title] = /^(?:<!--.*-->\n)?# (.+)\n+/.exec(first.text);
    page.name = title;
    first.text = first.text.slice(head.length);
  });
}

/** An entry is called as one imports it. */
function entriesByImport(app) {
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (_, entry) => {
    if (entry.kind !== ReflectionKind.Module) return;
    entry.name = entry.name === "index" ? "unigram-lab" : `unigram-lab/${entry.name}`;
  });
}

/** KaTeX sets formulas while the site is made; a page takes its style sheet and fonts, from the site itself. */
function formulas(app) {
  const katexFolder = dirname(fileURLToPath(import.meta.resolve("katex/dist/katex.min.css")));
  app.renderer.hooks.on("head.end", (context) =>
    JSX.createElement("link", {
      rel: "stylesheet",
      href: context.relativeURL("assets/katex/katex.min.css"),
    }),
  );
  app.renderer.postRenderAsyncJobs.push(async ({ outputDirectory }) => {
    for (const name of ["katex.min.css", "fonts"])
      await cp(join(katexFolder, name), join(outputDirectory, "assets/katex", name), { recursive: true });
  });
}

export default {
  name: "unigram-lab",
  plugin: [pagesByHeading, entriesByImport, formulas],
  entryPoints: [
    "../src/index.ts",
    "../src/browser/index.ts",
    "../src/corpus/index.ts",
    "../src/webgpu.ts",
    "../src/sweep/index.ts",
    "../src/report/index.ts",
  ],
  projectDocuments: Object.values(pages).flat(),
  readme: "index.md",
  tsconfig: "tsconfig.json",
  out: "../build/docs",
  customCss: "site.css",
  markdownItLoader: (markdown) => markdown.use(katex.default ?? katex, { throwOnError: true }),
  highlightLanguages: ["sh", "ts", "js", "json", "python", "html", "css"],
  headings: { readme: false, document: true },
  groupOrder: [...Object.keys(pages), "Modules", "*"],
  navigation: { includeGroups: true },
  searchInDocuments: true,
  sort: ["source-order"],
  excludeInternal: true,
  excludePrivate: true,
  excludeExternals: true,
  githubPages: false,
  disableSources: true,
  // a link that leads nowhere is an error, also one to a heading; types of our own that no entry exports are not
  validation: { notExported: false, invalidLink: true, invalidPath: true, rewrittenLink: true },
  treatWarningsAsErrors: true,
};
