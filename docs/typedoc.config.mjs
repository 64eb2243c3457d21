/** The documentation site: pages in the order of the tables below, then the API. `npm run docs` makes build/docs. */
import katex from "@vscode/markdown-it-katex";
import { Converter } from "typedoc";

const pages = {
  Guide: [
    "guide/start.md",
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

export default {
  name: "unigram-lab",
  plugin: [pagesByHeading],
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
  // MathML, which browsers set by themselves: no style sheet, no fonts
  markdownItLoader: (markdown) =>
    markdown.use(katex.default ?? katex, { output: "mathml", throwOnError: true }),
  groupOrder: [...Object.keys(pages), "Modules", "*"],
  navigation: { includeGroups: true },
  searchInDocuments: true,
  sort: ["source-order"],
  excludeInternal: true,
  excludePrivate: true,
  excludeExternals: true,
  githubPages: false,
  disableSources: true,
  // a page's link that leads nowhere is an error; types of our own that no entry exports are not
  validation: { notExported: false, invalidLink: true, invalidPath: true, rewrittenLink: true },
  treatValidationWarningsAsErrors: true,
};
