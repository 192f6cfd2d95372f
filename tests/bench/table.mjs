// Rounds of figures as a table.
import { cpus } from 'node:os';
import { shown } from './numbers.mjs';
import { ratios, summary } from './statistics.mjs';

export function machine() {
  return `${cpus().length} × ${cpus()[0].model.trim()}, Node ${process.version}`;
}

/** `measured` is `figure → contender → values`, one for each round. */
export function table({ contenders, ours, measures }, sizes, measured) {
  const compared = ours.flatMap((our) => measures.map((measure) => [our, measure]));
  const row = (figure, valuesOf) => {
    const cells = contenders.map((name) => cell(valuesOf(name) && summary(valuesOf(name))));
    const pairs = compared.map(([our, measure]) => cell(valuesOf(our) && valuesOf(measure) && ratios(valuesOf(our), valuesOf(measure))));
    return line([figure, ...cells, ...pairs]);
  };
  return [
    line(['figure', ...contenders, ...compared.map((pair) => pair.join(' × '))]),
    `|${'---|'.repeat(1 + contenders.length + compared.length)}`,
    row('shipped, brotli 11, KB', (name) => [sizes[name].brotli / 1000]),
    row('shipped, raw, KB', (name) => [sizes[name].raw / 1000]),
    ...[...measured].map(([figure, values]) => row(figure, (name) => values.get(name))),
  ].join('\n');
}

function line(cells) {
  return `| ${cells.join(' | ')} |`;
}

function cell(summary) {
  if (!summary) return '–';
  const { median, least, most } = summary;
  return least === most ? shown(median) : `${shown(median)} (${shown(least)}–${shown(most)})`;
}
