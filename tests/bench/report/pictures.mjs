// The report in short, for README.md: what is won beside what is lost.
import { WIDTH } from './axes.mjs';
import { fill, standalone } from './colours.mjs';
import { drawing, rounded, text } from './svg.mjs';

const GAP = 16;

/** Plots side by side in one drawing, two in a row; `note` says where the figures are from. */
export function picture({ title, plots, note }) {
  let top = 0;
  const placed = [];
  for (let row = 0; row < plots.length; row += 2) {
    const beside = plots.slice(row, row + 2);
    beside.forEach(({ svg, height }, column) => {
      const place = `x="${column * (WIDTH + GAP)}" y="${rounded(top)}" width="${WIDTH}" height="${rounded(height)}"`;
      placed.push(svg.replace('<svg ', `<svg ${place} `));
    });
    top += Math.max(...beside.map(({ height }) => height)) + GAP;
  }
  const description = plots.map((plot) => `${plot.name}: ${plot.description}`).join(' ');
  const foot = text(12, top + 4, note, fill('quiet'));
  return standalone(drawing({ width: 2 * WIDTH + GAP, height: top + 16, title, description, ground: fill('ground') }, [...placed, foot]));
}
