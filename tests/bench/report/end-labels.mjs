// The names of lines beside their ends, which spares readers the way to a legend and back.
import { fill, stroke } from './colours.mjs';
import { marker } from './markers.mjs';
import { element, rounded, text, wrapped } from './svg.mjs';

const LINE = 13;
const CHARACTERS = 16;

/** One for each line that has an end, in the order of the ends, with room between them. */
export function endLabels(lines, { x, y }, { right, top, bottom }) {
  const labels = lines.flatMap((line) => {
    const end = line.points.findLast((point) => Number.isFinite(point[1]));
    const words = wrapped(line.name, CHARACTERS);
    const at = end && y(end[1]);
    return end ? [{ ...line, words, at, from: x(end[0]), height: words.length * LINE + 3, y: at }] : [];
  });
  apart(labels.sort((left, right) => left.at - right.at), top, bottom);
  return labels.flatMap((label) => drawnLabel(label, right + 10));
}

/** Moves them down until none is on another, then up again as far as the last is below the plot. */
function apart(labels, top, bottom) {
  let free = top - 4;
  for (const label of labels) {
    label.y = Math.max(free, label.at - label.height / 2);
    free = label.y + label.height;
  }
  let end = bottom + 10;
  for (const label of labels.toReversed()) {
    label.y = Math.min(label.y, end - label.height);
    end = label.y;
  }
}

function drawnLabel({ words, at, from, y, height, paint, shape, isLimit }, left) {
  const middle = y + height / 2;
  const dashed = (d, dashes, width) => element('path', { d, ...stroke(paint), 'stroke-width': width, 'stroke-dasharray': dashes });
  const leader = dashed(`M${rounded(from)} ${rounded(at)}L${left} ${rounded(middle)}`, '1 2', 0.7);
  const sign = isLimit ? dashed(`M${left} ${rounded(middle)}h10`, '4 2', 1) : marker(shape, left + 5, middle, paint);
  const look = { ...fill('ink'), 'font-size': 11, 'font-style': isLimit ? 'italic' : undefined };
  return [leader, sign, ...words.map((line, index) => text(left + 14, y + 11 + index * LINE, line, look))];
}
