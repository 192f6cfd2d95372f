// The sections of a report that say what the package costs beside others, from the rounds of a comparison.
import { shown } from '../numbers.mjs';
import { SERIES, labelOf } from '../series.mjs';
import { summary } from '../statistics.mjs';
import { figuresOf } from '../table.mjs';
import { linePlot, rangePlot } from './plot.mjs';
import { timesOf, verdictOf } from './verdict.mjs';

const IDENTITIES = /^(?<x>\d+) identities, (?:hit, )?(?<unit>\w+)$/;
const MADE_UP = /^memory after (?<x>\d+) made-up tokens, (?<unit>\w+)$/;

/**
 * Each section: which figures of which series it has, by which plan they are measured, and what docs/bench.md says of them, by what is bold
 * there. `along` makes a line of figures that differ in a number only.
 */
const OUTBOUND = [
  { id: 'herd', title: 'A herd: 50 requests to an isolate without a token', owns: /^herd /, plan: 'herd', point: 'Grants' },
  { id: 'size', title: 'Size: what is shipped', owns: /^shipped, /, plan: 'herd', scale: 'log', point: 'What is shipped' },
  { id: 'cold', title: 'Cold: a new process, to its first answer', owns: /^cold start, /, plan: 'cold', point: 'A cold process' },
  { id: 'isolate', title: 'A new isolate in a running process', owns: /^new isolate/, plan: 'isolates', point: 'A new isolate' },
  { id: 'hit', title: 'A hit: the token is in memory', owns: /^hit, /, plan: 'hits', point: 'A hit' },
  { id: 'warm', title: 'Warm: a proxy under load', owns: /^proxy at /, plan: 'proxy', point: 'The proxy' },
  { id: 'memory', title: 'Memory: what many hits leave behind', owns: /^memory after /, plan: 'memory', point: 'Memory' },
  {
    id: 'growth',
    title: 'Growth: many identities in one isolate',
    owns: IDENTITIES,
    plan: 'identities',
    along: { pattern: IDENTITIES, label: 'identities', titles: { MiB: 'Memory with many identities', ns: 'A hit with many identities, in turn' } },
    point: '10,000 identities',
  },
];
const INBOUND = [
  { id: 'checks-size', title: 'Callers’ tokens: size', owns: /^shipped, /, plan: 'checks', scale: 'log', point: 'What the checks weigh' },
  {
    id: 'checks-known',
    title: 'Callers’ tokens: one that is known',
    owns: /^cached /,
    plan: 'checks',
    scale: 'log',
    point: 'A caller who comes again',
  },
  { id: 'checks-new', title: 'Callers’ tokens: a new one', owns: /^new JWT/, plan: 'checks', point: 'A new JWT' },
  { id: 'checks-cold', title: 'Callers’ tokens: cold', owns: /^cold start to /, plan: 'coldCheck', point: 'A cold start' },
  {
    id: 'checks-growth',
    title: 'Callers’ tokens: growth by made-up ones',
    owns: MADE_UP,
    plan: 'flood',
    along: { pattern: MADE_UP, label: 'made-up tokens', titles: { MiB: 'Memory after made-up tokens' } },
    point: 'Made-up tokens',
  },
];
const SECTIONS = { outbound: OUTBOUND, inbound: INBOUND };

/** The sections; `points` are what docs/bench.md says. */
export function costSections(results, points) {
  return Object.entries(results).flatMap(([title, result]) => {
    const figures = figuresOf(result);
    return SECTIONS[title].map((section) => {
      const owned = figures.filter(([figure]) => sectionOf(title, figure) === section);
      return {
        id: section.id,
        title: section.title,
        text: pointOf(points, section.point),
        plots: section.along ? alongPlots(SERIES[title], section, owned) : owned.map((figure) => rangeOf(SERIES[title], section, figure)),
        command: `cargo xtask bench ${section.plan}`,
      };
    });
  });
}

/** Ours beside the best of the others, in every figure of a series that others have too. */
export function verdictsOf(results, title) {
  return figuresOf(results[title]).flatMap(([figure, values]) => {
    const verdict = verdictOf(values, rivalsIn(SERIES[title]));
    return verdict ? [{ id: sectionOf(title, figure).id, figure, ...verdict, best: labelOf(SERIES[title], verdict.best) }] : [];
  });
}

/** Every figure has a section: none is left out in silence. */
function sectionOf(title, figure) {
  const section = SECTIONS[title].find(({ owns }) => owns.test(figure));
  if (!section) throw new Error(`no section of the report has ${figure}`);
  return section;
}

function pointOf(points, label) {
  if (!points.has(label)) throw new Error(`docs/bench.md has no point **${label}**, which says why the figures are what they are`);
  return points.get(label);
}

function rangeOf(series, { scale }, [figure, values]) {
  const [, title, unit] = figure.match(/^(.+)[,:] ([^,:]+)$/);
  const measured = series.contenders.filter((name) => values[name]);
  const rows = measured.map((name) => ({ name: labelOf(series, name), isOurs: isOurs(name), values: values[name] }));
  return rangePlot({ title: capitalised(title), unit, scale, rows, note: noteOf(series, values) });
}

function alongPlots(series, { along }, owned) {
  const unitOf = ([figure]) => figure.match(along.pattern).groups.unit;
  return [...new Set(owned.map(unitOf))].map((unit) => {
    const figures = owned.filter((figure) => unitOf(figure) === unit);
    const measured = series.contenders.filter((name) => figures.some(([, values]) => values[name]));
    const points = (name) => figures.map(([figure, values]) => [Number(figure.match(along.pattern).groups.x), ...pointAt(values[name])]);
    return linePlot({
      title: along.titles[unit],
      x: { label: along.label, scale: 'log' },
      y: { label: unit, scale: unit === 'ns' ? 'log' : 'linear' },
      series: measured.map((name) => ({ name: labelOf(series, name), points: points(name) })),
      note: noteOf(series, figures.at(-1)[1]),
    });
  });
}

function pointAt(values = []) {
  const { median, least, most } = summary(values.filter(Number.isFinite));
  return least === most ? [median] : [median, least, most];
}

function noteOf(series, values) {
  const counts = Object.values(values).map(({ length }) => length);
  const rounds = Math.max(...counts);
  const counted = rounds === 1 ? 'One round' : `${shown(rounds)} rounds`;
  const verdict = verdictOf(values, rivalsIn(series));
  if (!verdict || !Number.isFinite(verdict.ratio.median)) return `${counted}.`;
  return `${counted}. Ours is ${timesOf(verdict.ratio)} the best of the others, ${labelOf(series, verdict.best)}.`;
}

/** Ours, and everybody but our other entries. */
function rivalsIn({ contenders }) {
  const [ours, ...others] = contenders;
  return [ours, ...others.filter((name) => !isOurs(name))];
}

function isOurs(name) {
  return name.startsWith('edge-oauth2');
}

function capitalised(text) {
  return text[0].toUpperCase() + text.slice(1);
}
