// The pictures of the page in docs: made anew with UPDATE_SCREENSHOTS=1, else compared with what the page looks like now.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../docs/screenshots');

/** How far four fifths of the blocks may differ, of 255: more than other requests make (3), and less than a missing column does (9). */
export const BOUND = 6;

/** Compares what the page looks like with the picture of that name, or makes the picture. */
export async function expectScreenshot(page, name) {
  const file = join(FOLDER, `${name}.png`);
  const now = await page.screenshot({ animations: 'disabled', caret: 'hide' });
  if (process.env.UPDATE_SCREENSHOTS) return await writeFile(file, now);
  const kept = await readFile(file);
  assert.deepEqual(sizeOf(now), sizeOf(kept), `the size of ${name}`);
  const difference = await differenceOf(page.context().browser(), now, kept);
  assert.ok(difference < BOUND, `${name} differs from docs/screenshots/${name}.png by ${difference.toFixed(1)}: \
look at both, and make it anew with UPDATE_SCREENSHOTS=1 if it is right`);
}

/** Width and height, which a PNG has in its first chunk. */
const sizeOf = (png) => [png.readUInt32BE(16), png.readUInt32BE(20)];

/** How far the coarse layouts of two pictures differ, but for the fifth that differs most: what moves is there. */
export async function differenceOf(browser, one, other) {
  const page = await browser.newPage();
  try {
    return await page.evaluate(coarseDifference, [one, other].map((png) => `data:image/png;base64,${png.toString('base64')}`));
  } finally {
    await page.close();
  }
}

/** In a page, by blocks so large that a text is a grey, and a column that is missing is not. */
async function coarseDifference(urls) {
  const [COLUMNS, ROWS] = [32, 20];
  const blocks = async (url) => {
    const image = await createImageBitmap(await (await fetch(url)).blob());
    const context = new OffscreenCanvas(COLUMNS, ROWS).getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, COLUMNS, ROWS);
    return context.getImageData(0, 0, COLUMNS, ROWS).data;
  };
  const [one, other] = await Promise.all(urls.map(blocks));
  const far = (block) => [0, 1, 2].reduce((sum, channel) => sum + Math.abs(one[block * 4 + channel] - other[block * 4 + channel]) / 3, 0);
  const differences = Array.from({ length: COLUMNS * ROWS }, (_, block) => far(block)).toSorted((a, b) => a - b);
  return differences[Math.floor(differences.length * 0.8)];
}
