/** The small pictures beside claims and findings. */
import type { Analysis } from "../experiments/experiment.js";
import { panelSvg } from "../figures/picture.js";
import { themes } from "../figures/theme.js";
import { thumbnail } from "../figures/thumbnail.js";
import type { Thumbnail, Thumbnails } from "./content.js";

/** Each panel is drawn once, however many claims it stands beside. */
export async function drawThumbnails({ claims, figures, findings }: Analysis): Promise<Thumbnails> {
  const drawn = new Map<string, Promise<Thumbnail | undefined>>();
  const draw = async (figure: string, panel: number): Promise<Thumbnail | undefined> => {
    const spec = figures.find(({ name }) => name === figure)?.panels[panel];
    if (!spec) return undefined;
    const [light, dark] = await Promise.all(
      [themes.page.light, themes.page.dark].map((theme) => panelSvg(thumbnail(spec), theme)),
    );
    return { figure, light, dark };
  };
  const wanted = new Map([
    ...findings.map(({ sentence }) => [sentence, undefined] as const),
    // the first statement of a claim says what shows it
    ...[...claims].reverse().map(({ claim, picture }) => [claim, picture] as const),
  ]);
  const pictures = new Map<string, Thumbnail>();
  for (const [text, picture] of wanted) {
    const { figure, panel = 0 } = picture ?? { figure: figures[0]?.name ?? "" };
    const key = `${figure} ${panel}`;
    const own = drawn.get(key) ?? draw(figure, panel);
    drawn.set(key, own);
    const thumb = await own;
    if (thumb) pictures.set(text, thumb);
  }
  return pictures;
}
