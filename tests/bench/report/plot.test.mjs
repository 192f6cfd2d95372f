// Plots say what the figures say, to everybody, whatever the figures are.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paints } from './colours.mjs';
import { elementsOf, rendered, textsOf } from './drawn.mjs';
import { linePlot, rangePlot, standalone } from './plot.mjs';

const NASTY = `<script>alert("1")</script> & 'é' \u0000\ud800 ]]> 🔑`;
const ranges = (rows, more) => rangePlot({ title: 'Cold start', unit: 'ms', rows, ...more });
const lines = (series, more) =>
  linePlot({ title: 'Grants', x: { label: 'isolates', scale: 'log' }, y: { label: 'grants', scale: 'log' }, series, ...more });
const contents = (svg) => textsOf(svg).map(({ content }) => content);
const dots = (svg) => elementsOf(svg, 'circle').map(({ cx }) => Number(cx));
const linesOf = (svg, paint) => elementsOf(svg, 'path').filter((path) => path.class === `stroke-${paint}` && !/^M[\d.]+ [\d.]+[VH]/.test(path.d));
const pointsOf = ({ d }) => [...d.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);

test('each round is a dot, a line goes from the least to the most, and the median is told', () => {
  const { svg, table } = ranges([{ name: 'ours', isOurs: true, values: [30, 10, 20, 50, 20] }]);
  assert.equal(dots(svg).length, 5);
  const [, from, to] = elementsOf(svg, 'path').find(({ class: paint }) => paint === 'stroke-series-0').d.match(/^M([\d.]+) [\d.]+H([\d.]+)$/);
  assert.deepEqual([Number(from), Number(to)], [Math.min(...dots(svg)), Math.max(...dots(svg))]);
  const [mark] = elementsOf(svg, 'rect').filter(({ class: paint }) => paint === 'fill-series-0');
  assert.equal(Number(mark.x) + 2, dots(svg)[2]);
  assert.ok(contents(svg).includes('20'));
  assert.deepEqual(table.rows, [['ours', '20', '10', '50', '5']]);
  assert.match(svg, /<desc>ms: ours 20 \(10 to 50\)\.<\/desc>/);
});

test('a linear axis begins at zero, and equal differences are equal distances', () => {
  const { svg } = ranges([{ name: 'ours', values: [100, 101, 102] }]);
  assert.ok(contents(svg).includes('0'));
  const [first, second, third] = dots(ranges([{ name: 'ours', values: [0, 50, 100] }]).svg);
  assert.ok(Math.abs(third - second - (second - first)) < 0.3);
});

test('on a logarithmic axis equal ratios are equal distances, and it is called logarithmic', () => {
  const { svg } = ranges([{ name: 'ours', values: [1, 10, 100] }], { scale: 'log' });
  const [first, second, third] = dots(svg);
  assert.ok(Math.abs(third - second - (second - first)) < 0.3);
  assert.ok(contents(svg).includes('ms, logarithmic'));
});

test('zero has a line of its own on a logarithmic axis, apart from the least figure, and the gap is marked', () => {
  const { svg } = lines([{ name: 'failed', points: [[1, 0], [10, 0.01], [100, 0]] }]);
  const [[, zero], [, least], [, again]] = pointsOf(linesOf(svg, 'series-0')[0]);
  assert.equal(zero, again);
  assert.ok(zero - least >= 20, `${zero} is ${zero - least} below ${least}`);
  const [label] = textsOf(svg).filter(({ content }) => content === '0');
  assert.ok(Math.abs(Number(label.y) - 4 - zero) < 0.2);
  assert.equal(elementsOf(svg, 'path').filter(({ class: paint }) => paint === 'stroke-ink').length, 1);
  const none = lines([{ name: 'failed', points: [[1, 1], [10, 10]] }]).svg;
  assert.equal(elementsOf(none, 'path').filter(({ class: paint }) => paint === 'stroke-ink').length, 0);
});

test('a spread down to zero stays in the plot', () => {
  const { svg } = lines([{ name: 'waits', points: [[1, 1, 0, 2], [10, 2, 0, 4]] }]);
  const band = elementsOf(svg, 'path').find((path) => path['fill-opacity']);
  const [[, low], , [, high]] = pointsOf(band);
  assert.ok(low > high && low <= 400 && high > 0, band.d);
  assert.ok(contents(svg).some((content) => content.includes('from the least to the most')), 'it is said what the shade is');
});

test('what nobody measured is a gap, not a zero', () => {
  const points = [[1, 5], [10, null], [100, Number.NaN], [1000, 7], [10_000, 8]];
  const { svg, table } = lines([{ name: 'KV', points }]);
  assert.deepEqual(linesOf(svg, 'series-0').filter((path) => path['stroke-width'] === '1.8').map((path) => pointsOf(path).length), [1, 2]);
  assert.deepEqual(table.rows.map(([, value]) => value), ['5', '–', '–', '7', '8']);
});

test('limits are dashed, named, and in the plot; phases are shaded', () => {
  const { svg, table } = lines([{ name: 'KV', points: [[1, 5], [100, 6]] }], {
    limits: [{ name: 'one a life', y: 1 }, { name: 'one each', points: [[1, 1], [100, 100]] }],
    phases: [{ name: 'slow', from: 1, to: 10 }],
  });
  assert.equal(linesOf(svg, 'quiet').filter((path) => path['stroke-dasharray'] === '5 4').length, 2);
  for (const name of ['one a life', 'one each', 'slow', 'KV']) assert.ok(contents(svg).includes(name), name);
  assert.deepEqual(table.head, ['isolates', 'KV', 'one a life', 'one each']);
  assert.deepEqual(table.rows, [['1', '5', '1', '1'], ['100', '6', '1', '100']]);
});

test('names at the ends of lines are not on each other, and in the drawing', () => {
  const name = 'a store with a long name';
  const series = Array.from({ length: 7 }, (_, index) => ({ name: `${name} ${index}`, points: [[1, 1], [10, index < 4 ? 100 : 1]] }));
  const { svg } = lines(series);
  const written = textsOf(svg).filter(({ x, 'font-size': size }) => Number(x) > 360 && size === '11');
  const rows = written.map(({ y }) => Number(y)).toSorted((left, right) => left - right);
  assert.ok(rows.length >= 14);
  rows.slice(1).forEach((y, index) => assert.ok(y - rows[index] >= 12, rows.join(' ')));
  const subtitle = textsOf(svg).find(({ content }) => content === 'grants, logarithmic');
  assert.ok(rows[0] > Number(subtitle.y) && rows.at(-1) < Number(elementsOf(svg, 'rect')[0].height), rows.join(' '));
});

test('series differ in shape, not only in colour, at their points as at their names', () => {
  const { svg } = lines(Array.from({ length: 7 }, (_, index) => ({ name: `${index}`, points: [[1, index + 1], [2, 1]] })));
  const shapes = elementsOf(svg, 'path').filter((path) => path.transform).map(({ d }) => d);
  assert.deepEqual([shapes.length, new Set(shapes).size], [7 * 3, 7]);
});

test('names of short phases are not on each other', () => {
  const phases = ['slow', 'failing', 'lying'].map((name, index) => ({ name: `store ${name}`, from: 100 + index * 10, to: 110 + index * 10 }));
  const x = { label: 'seconds', scale: 'linear' };
  const { svg } = lines([{ name: 'KV', points: [[0, 5], [130, 6]] }], { x, phases });
  const [slow, failing, lying] = phases.map(({ name }) => textsOf(svg).find(({ content }) => content === name));
  assert.ok(slow.y === lying.y && slow.y - failing.y >= 10 && failing.y > 41, `${slow.y} ${failing.y}`);
});

test('a series that is in several plots may look the same in all', () => {
  const { svg } = lines([{ name: 'KV', look: 1, points: [[1, 5]] }]);
  const other = lines([{ name: 'none', points: [] }, { name: 'KV', points: [[1, 5]] }]).svg;
  const looks = (drawn) => elementsOf(drawn, 'path').filter((path) => path.transform).map(({ class: paint, d }) => `${paint} ${d}`);
  assert.deepEqual(looks(svg), looks(other));
});

test('a phase that ends after the last point is in the plot', () => {
  const x = { label: 'seconds', scale: 'linear' };
  const { svg } = lines([{ name: 'KV', points: [[0, 5], [10, 6]] }], { x, phases: [{ name: 'all', from: 0, to: 50 }] });
  const [{ x: left, width }] = elementsOf(svg, 'rect').filter(({ class: paint }) => paint === 'fill-shade');
  assert.ok(Number(left) + Number(width) < Number(elementsOf(svg, 'rect')[0].width));
});

const ODD = {
  'one round': ranges([{ name: 'ours', values: [7] }]),
  'no rounds': ranges([{ name: 'ours', values: [] }, { name: 'theirs', values: [Number.NaN, null, Infinity] }], { scale: 'log' }),
  'no rows': ranges([]),
  'equal rounds': ranges([{ name: 'ours', values: [7, 7, 7] }, { name: 'theirs', values: [7, 7, 7] }], { scale: 'log' }),
  'equal points': lines([{ name: 'KV', points: [[10, 3], [10, 3]] }], { x: { label: 'x', scale: 'linear' }, y: { label: 'y', scale: 'linear' } }),
  'only zeros': ranges([{ name: 'failed', values: [0, 0, 0] }], { scale: 'log' }),
  'below zero': ranges([{ name: 'grown', values: [-3, 4] }]),
  'far apart': ranges([{ name: 'ours', values: [1e-9, 1e12] }], { scale: 'log' }),
  'very small': ranges([{ name: 'ours', values: [3e-7, 4e-7] }]),
  'no series': lines([]),
  'no points': lines([{ name: 'KV', points: [] }]),
  'one point': lines([{ name: 'KV', points: [[1, 1]] }]),
  'a limit of nothing': lines([{ name: 'KV', points: [[1, 1]] }], { limits: [{ name: 'none', y: undefined }] }),
  'strange words': lines([{ name: NASTY, points: [[1, 1], [2, 2]] }], { title: NASTY, note: NASTY, limits: [{ name: NASTY, y: 1 }] }),
  'strange rows': ranges([{ name: NASTY, values: [1, 2] }], { title: NASTY, unit: NASTY, note: NASTY }),
  'a long title': ranges([{ name: 'ours', values: [1] }], { title: 'word '.repeat(60).trim() }),
};

for (const [name, { svg, table }] of Object.entries(ODD)) {
  test(`a plot of ${name} can be drawn, and has a row or a column for each`, async () => {
    const { inked, isOpaque } = await rendered(standalone(svg));
    assert.ok(inked > 100 && isOpaque);
    assert.doesNotMatch(svg, /NaN|Infinity|undefined|null/);
    assert.doesNotMatch(svg, /<(?!\/?(?:svg|title|desc|rect|path|text|circle|g)\b)/);
    assert.ok(table.head.length > 0 && table.rows.every((row) => row.length === table.head.length));
  });
}

test('where its stylesheet is refused, a drawing is as in the light', () => {
  const more = { limits: [{ name: 'one', y: 1 }], phases: [{ name: 'slow', from: 1, to: 2 }] };
  const { svg } = lines([{ name: 'KV', points: [[1, 1, 0, 2], [10, 2, 1, 3]] }], more);
  const painted = [...svg.matchAll(/<\w+ [^>]*class="(fill|stroke)-([\w-]+)"[^>]*>/g)];
  assert.ok(painted.length > 20);
  for (const [element, how, paint] of painted) assert.ok(element.includes(`${how}="${paints[paint].light}"`), element);
});

test('a drawing that stands alone asks nobody for anything, has its own ground, and turns dark', () => {
  const whole = standalone(ranges([{ name: 'ours', values: [1, 2] }]).svg);
  assert.doesNotMatch(whole.replace('xmlns="http://www.w3.org/2000/svg"', ''), /https?:|href|url\(|@import|<script|<image|<foreignObject|\sstyle=/);
  assert.match(whole, /@media \(prefers-color-scheme:dark\)\{\.fill-ground\{fill:#0d1117\}/);
  const [ground] = elementsOf(whole, 'rect');
  assert.equal(ground.class, 'fill-ground');
});
