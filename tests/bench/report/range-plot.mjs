// One figure of several contenders, with all its rounds.
import { shown } from '../numbers.mjs';
import { summary } from '../statistics.mjs';
import { WIDTH, axisBelow, labelled, noted, titled } from './axes.mjs';
import { fill, stroke } from './colours.mjs';
import { scaleOf } from './scale.mjs';
import { drawing, element, rounded, text } from './svg.mjs';

const [LEFT, RIGHT, ROW] = [132, WIDTH - 74, 24];

/**
 * `rows` are `{ name, values, isOurs }` with the value of each round: each is a dot, a line goes from the least to the most, and a mark
 * is the median, with its number at the right. A place on an axis is no length, so that an axis may be logarithmic.
 */
export function rangePlot({ title, unit, scale = 'linear', rows, note }) {
  const known = rows.map((row) => ({ ...row, values: row.values.filter(Number.isFinite) }));
  const { drawn: heading, top } = titled(title, labelled({ label: unit, scale }));
  const bottom = top + rows.length * ROW;
  const axis = scaleOf(known.flatMap(({ values }) => values), scale, [LEFT, RIGHT]);
  const foot = noted(note, bottom + 22);
  const drawn = known.map((row, index) => drawnRow(row, top + (index + 0.5) * ROW, axis.at));
  const description = `${unit}: ${known.map(described).join('; ')}.${note ? ` ${note}` : ''}`;
  const svg = drawing({ width: WIDTH, height: foot.bottom, title, description, ground: fill('ground') }, [
    ...heading,
    ...axisBelow(axis, { left: LEFT, right: RIGHT, top, bottom }),
    ...drawn.flat(),
    ...foot.drawn,
  ]);
  const name = `${title}, ${unit}`;
  return { name, description, height: foot.bottom, svg, table: { head: [name, 'median', 'least', 'most', 'rounds'], rows: known.map(tableRow) } };
}

function drawnRow({ name, values, isOurs }, y, at) {
  const { median, least, most } = summary(values);
  const written = [text(LEFT - 8, y + 4, name, { 'text-anchor': 'end' }), text(RIGHT + 8, y + 4, shown(median))];
  const words = element('g', { ...fill('ink'), 'font-weight': isOurs ? 700 : undefined }, written);
  if (values.length === 0) return [words];
  const paint = isOurs ? 'series-0' : 'series-6';
  return [
    words,
    element('path', { d: `M${rounded(at(least))} ${y}H${rounded(at(most))}`, ...stroke(paint), 'stroke-width': 2 }),
    element('g', { ...fill(paint), 'fill-opacity': 0.4 }, values.map((value) => element('circle', { cx: at(value), cy: y, r: 3 }))),
    element('rect', { x: at(median) - 2, y: y - 7, width: 4, height: 14, ...fill(paint) }),
  ];
}

function described({ name, values }) {
  if (values.length === 0) return `${name} was not measured`;
  const { median, least, most } = summary(values);
  return least === most ? `${name} ${shown(median)}` : `${name} ${shown(median)} (${shown(least)} to ${shown(most)})`;
}

function tableRow({ name, values }) {
  const { median, least, most } = summary(values);
  return [name, shown(median), shown(least), shown(most), shown(values.length)];
}
