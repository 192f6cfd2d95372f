// Rounds of figures as a table.
import { shown } from './numbers.mjs';
import { median, ratios } from './statistics.mjs';

/** Each figure of each contender, and ours against those it is measured by. */
export function table({ contenders, labels = {}, measures }, { sizes, rounds }) {
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
