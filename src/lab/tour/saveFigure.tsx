/** A chapter's chart as a file. */
import { useSignal } from "@preact/signals";
import type { Chapter } from "./chapter.js";
import type { Drawing } from "./guess/draw.js";
import type { Seen } from "./seen.js";

interface Properties {
  chapter: Chapter;
  drawing: Drawing;
  seen: Seen;
}

export function SaveFigure({ chapter, drawing, seen }: Properties) {
  const trouble = useSignal("");
  const save = async (format: "svg" | "png") => {
    trouble.value = "";
    try {
      const [{ figureOf }, { pictureOf }, { download }, { pageLook }] = await Promise.all([
        import("./figure.js"),
        import("../share/pictures.js"),
        import("../share/files.js"),
        import("../share/pageLook.js"),
      ]);
      const figure = figureOf(chapter, drawing, seen);
      const picture = await pictureOf(figure, { size: "page", look: pageLook(), format });
      download(picture, `${figure.name}.${format}`);
    } catch (error) {
      trouble.value = (error as Error).message;
    }
  };
  return (
    <>
      <button type="button" title="this chart as a file" onClick={() => save("svg")}>
        SVG
      </button>
      <button type="button" title="this chart as a file" onClick={() => save("png")}>
        PNG
      </button>
      {trouble.value && <span role="alert">{trouble}</span>}
    </>
  );
}
