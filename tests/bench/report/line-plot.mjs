// Figures along another: one line for each series, named at its end.
import { shown } from '../numbers.mjs';
import { WIDTH, axisAtLeft, axisBelow, labelled, noted, titled } from './axes.mjs';
import { fill, seriesPaint, stroke } from './colours.mjs';
import { endLabels } from './end-labels.mjs';
import { marker } from './markers.mjs';
import { scaleOf } from './scale.mjs';
import { drawing, element, rounded, text } from './svg.mjs';

const [LEFT, RIGHT, HEIGHT] = [86, WIDTH - 128, 220];
/** With more points, marks would hide the line. */
const MOST_MARKED = 24;
/** Names of phases stand in two lines by turns, as a phase may be shorter than its name. */
const PHASE_LINE = 12;
const SPREAD = 'Shaded: from the least to the most.';

/**
 * `series` are `{ name, points: [[x, y, least?, most?]…] }`; a y that is no number is a gap. A number, `look`, gives one the colour and
 * the shape that it has in other plots. `limits` are what no series can be beyond:
 * `{ name, y }` or `{ name, points }`, dashed. `phases`, `{ name, from, to }`, are shaded stretches of x.
 */
export function linePlot({ title, x, y, series, limits = [], phases = [], note }) {
  const known = series.map((one) => ({ ...one, points: one.points.filter(([at]) => Number.isFinite(at)) }));
  const bounds = limits.filter((limit) => limit.points ?? Number.isFinite(limit.y));
  const { drawn: heading, top: below } = titled(title, labelled(y));
  const top = below + PHASE_LINE * Math.min(2, phases.length);
  const frame = { left: LEFT, right: RIGHT, top, bottom: top + HEIGHT };
  const across = [...known, ...bounds].flatMap(({ points = [] }) => points);
  const xAxis = scaleOf([...across.map(([at]) => at), ...phases.flatMap(({ from, to }) => [from, to])], x.scale, [LEFT, RIGHT]);
  const yAxis = scaleOf([...across.flatMap(([, ...values]) => values), ...bounds.map((limit) => limit.y)], y.scale, [frame.bottom, top]);
  const place = { x: xAxis.at, y: yAxis.at };
  const lines = [
    ...bounds.map((limit) => ({ name: limit.name, paint: 'quiet', isLimit: true, points: limit.points ?? edges(xAxis, limit.y) })),
    ...known.map(({ name, points, look }, index) => ({ name, points, shape: look ?? index, paint: seriesPaint(look ?? index) })),
  ];
  const spread = known.some(({ points }) => points.some((point) => point.length > 2)) ? SPREAD : undefined;
  const xLabel = text((LEFT + RIGHT) / 2, frame.bottom + 32, labelled(x), { ...fill('quiet'), 'text-anchor': 'middle' });
  const foot = noted([note, spread].filter(Boolean).join(' '), frame.bottom + 38);
  const description = `${y.label} by ${x.label}. ${[...known, ...bounds].map((line) => described(line, x)).join('; ')}.${note ? ` ${note}` : ''}`;
  const svg = drawing({ width: WIDTH, height: foot.bottom, title, description, ground: fill('ground') }, [
    ...heading,
    ...phases.flatMap((phase, index) => drawnPhase(phase, index, xAxis.at, frame)),
    ...axisBelow(xAxis, frame),
    ...axisAtLeft(yAxis, frame),
    ...lines.flatMap((line) => drawnLine(line, place)),
    ...endLabels(lines, place, frame),
    xLabel,
    ...foot.drawn,
  ]);
  return { name: title, description, height: foot.bottom, svg, table: tableOf(x, known, bounds) };
}

function edges({ ticks }, y) {
  return [ticks[0], ticks.at(-1)].map(({ value }) => [value, y]);
}

function drawnLine({ points, paint, shape, isLimit }, { x, y }) {
  const drawn = points.filter((point) => Number.isFinite(point[1]));
  return [
    ...stretches(points.filter((point) => point.length > 2)).map((stretch) => band(stretch, paint, { x, y })),
    ...stretches(points).map((stretch) => {
      const d = stretch.map(([at, value], index) => `${index === 0 ? 'M' : 'L'}${rounded(x(at))} ${rounded(y(value))}`).join('');
      return element('path', { d, ...stroke(paint), 'stroke-width': isLimit ? 1.2 : 1.8, 'stroke-dasharray': isLimit ? '5 4' : undefined });
    }),
    ...(isLimit || drawn.length > MOST_MARKED ? [] : drawn.map(([at, value]) => marker(shape, x(at), y(value), paint))),
  ];
}

/** The points between gaps. */
function stretches(points) {
  const found = [[]];
  for (const point of points) {
    if (Number.isFinite(point[1])) found.at(-1).push(point);
    else found.push([]);
  }
  return found.filter((stretch) => stretch.length > 0);
}

function band(points, paint, { x, y }) {
  const side = (which, list) => list.map((point) => `${rounded(x(point[0]))} ${rounded(y(point[which] ?? point[1]))}`);
  return element('path', { d: `M${[...side(2, points), ...side(3, points.toReversed())].join('L')}Z`, ...fill(paint), 'fill-opacity': 0.2 });
}

function drawnPhase({ name, from, to }, index, at, { top, bottom }) {
  const [left, right] = [at(from), at(to)];
  const shade = element('rect', { x: left, y: top, width: right - left, height: bottom - top, ...fill('shade') });
  const line = top - 4 - PHASE_LINE * (index % 2);
  return [index % 2 === 0 ? shade : '', text((left + right) / 2, line, name, { ...fill('quiet'), 'text-anchor': 'middle', 'font-size': 10 })];
}

function described({ name, points, y }, x) {
  if (points === undefined) return `${name} is ${shown(y)}`;
  const drawn = points.filter((point) => Number.isFinite(point[1]));
  if (drawn.length === 0) return `${name} was not measured`;
  const [first, last] = [drawn[0], drawn.at(-1)];
  return `${name} goes from ${shown(first[1])} at ${shown(first[0])} to ${shown(last[1])} at ${shown(last[0])} ${x.label}`;
}

function tableOf(x, series, limits) {
  const columns = [...series, ...limits];
  const along = [...new Set(columns.flatMap(({ points = [] }) => points.map(([at]) => at)))].toSorted((left, right) => left - right);
  const cell = ({ points, y }, at) => {
    const [, value, least, most] = points ? (points.find((point) => point[0] === at) ?? []) : [at, y];
    return least === undefined || least === most ? shown(value) : `${shown(value)} (${shown(least)}–${shown(most)})`;
  };
  return { head: [x.label, ...columns.map(({ name }) => name)], rows: along.map((at) => [shown(at), ...columns.map((column) => cell(column, at))]) };
}
