// Rounds of figures as tables.
import { shown } from './numbers.mjs';
import { SERIES } from './series.mjs';
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

/** Each figure of each contender, and ours against those it is measured by. */
function table({ contenders, labels = {}, measures }, { sizes, rounds }) {
  const [ours] = contenders;
  const label = (name) => labels[name] ?? name;
  const row = (figure, valuesOf) => {
    const cells = contenders.map((name) => (valuesOf(name) ? shown(median(valuesOf(name))) : '–'));
    const pairs = measures.map((measure) => (valuesOf(ours) && valuesOf(measure) ? ratio(ratios(valuesOf(ours), valuesOf(measure))) : '–'));
    return line([figure, ...cells, ...pairs]);
  };
  return [
    line(['figure', ...contenders.map(label), ...measures.map((measure) => `${label(ours)} × ${label(measure)}`)]),
    `|${'---|'.repeat(1 + contenders.length + measures.length)}`,
    row('shipped, brotli 11, KB', (name) => [sizes[name].brotli / 1000]),
    row('shipped, raw, KB', (name) => [sizes[name].raw / 1000]),
    ...Object.entries(rounds).map(([figure, values]) => row(figure, (name) => values[name])),
  ].join('\n');
}

function line(cells) {
  return `| ${cells.join(' | ')} |`;
}

function ratio({ median, least, most }) {
  return least === most || !Number.isFinite(median) ? shown(median) : `${shown(median)} (${shown(least)}–${shown(most)})`;
}
