/** The picture of the lab in the README: `node test/lab/picture.mjs` writes docs/figures/lab.png. */
import { join } from "node:path";
import { finalHashes, openChromium, root, serveLab, whenOpen, withPage } from "./pages.js";

const server = await serveLab();
const browser = await openChromium();
try {
  await withPage(
    browser,
    server.url,
    async (page) => {
      await whenOpen(page);
      await finalHashes(page);
      // the last frame, and hashes
      await page.waitForTimeout(2000);
      await page.screenshot({ path: join(root, "docs/figures/lab.png") });
    },
    { viewport: { width: 1280, height: 780 }, deviceScaleFactor: 1.25 },
  );
} finally {
  await browser.close();
  await server.stop();
}
