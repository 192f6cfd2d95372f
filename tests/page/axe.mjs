// What axe finds wrong with a page.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const source = await readFile(createRequire(import.meta.url).resolve('axe-core'), 'utf8');

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Each violation with the elements that have it. */
export async function violationsOf(page) {
  // Not by an element: the page's own policy forbids it, rightly.
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(source);
  return await page.evaluate(async (values) => {
    // A colour on its way to another has neither's contrast.
    await Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => {})));
    const { violations } = await window.axe.run(document, { runOnly: { type: 'tag', values }, resultTypes: ['violations'] });
    const where = ({ html, failureSummary }) => `${html} ${failureSummary}`;
    return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(where).join('; ')}`);
  }, TAGS);
}
