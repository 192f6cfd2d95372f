// Rounds of figures as tables.
import { shown } from './numbers.mjs';
import { SERIES, labelOf } from './series.mjs';
import { median, ratios } from './statistics.mjs';

/** A table of each series that was measured. */
export function tablesOf(results) {
  return Object.entries(results).map(([title, result]) => table(SERIES[title], result));
}

/** The tables of a comparison, and what V8 compiles of ours. */
export function told({ results, compiled }) {
  const cases = Object.entries(compiled).flatMap(([entry, ways]) => Object.entries(ways).map(([way, figures]) => [entry, way, figures]));
  const lines = cases.map(
    ([entry, way, { functions, bytes }]) =>
      `${entry}: compiled before the first token, ${way}: ${functions} functions, ${(bytes / 1000).toFixed(1)} KB of bodies`,
  );
  return [...tablesOf(results), ...lines].join('\n\n');
}

/** All figures of a series, by contender a value for each round: what is shipped is counted once. */
export function figuresOf({ sizes, rounds }) {
  const shipped = (of) => Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, [size[of] / 1000]]));
  return Object.entries({ 'shipped, brotli 11, KB': shipped('brotli'), 'shipped, raw, KB': shipped('raw'), ...rounds });
}

/** Each figure of each contender, and ours against those it is measured by. */
function table(series, result) {
  const { contenders, measures } = series;
  const [ours] = contenders;
  const label = (name) => labelOf(series, name);
  const row = ([figure, values]) => {
    const cells = contenders.map((name) => (values[name] ? shown(median(values[name])) : '–'));
    const pairs = measures.map((measure) => (values[ours] && values[measure] ? ratio(ratios(values[ours], values[measure])) : '–'));
    return line([figure, ...cells, ...pairs]);
  };
  return [
    line(['figure', ...contenders.map(label), ...measures.map((measure) => `${label(ours)} × ${label(measure)}`)]),
    `|${'---|'.repeat(1 + contenders.length + measures.length)}`,
    ...figuresOf(result).map(row),
  ].join('\n');
}

function line(cells) {
  return `| ${cells.join(' | ')} |`;
}

function ratio({ median, least, most }) {
  return least === most || !Number.isFinite(median) ? shown(median) : `${shown(median)} (${shown(least)}–${shown(most)})`;
}
