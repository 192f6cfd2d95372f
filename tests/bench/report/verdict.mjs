// Where we win, and where we lose: said of every figure by one rule.
import { shown } from '../numbers.mjs';
import { median, ratios } from '../statistics.mjs';

/**
 * Ours beside the best of the others, round by round: `won` or `lost` if every round says so, `even` if they differ. Less is better in
 * all figures. Nothing if nobody else has the figure.
 */
export function verdictOf(values, [ours, ...others]) {
  const measured = (name) => (values[name] ?? []).every(Number.isFinite) && values[name]?.length > 0;
  const rivals = others.filter(measured);
  if (!measured(ours) || rivals.length === 0) return undefined;
  const best = rivals.toSorted((left, right) => median(values[left]) - median(values[right]))[0];
  const [own, its] = [values[ours], values[best]];
  const word = own.every((value, round) => value < its[round]) ? 'won' : own.every((value, round) => value > its[round]) ? 'lost' : 'even';
  return { word, best, ours: median(own), its: median(its), ratio: ratios(own, its) };
}

/** `2.94 (2.75–3.09) times`, or nothing where something is compared with zero. */
export function timesOf({ median, least, most }) {
  if (!Number.isFinite(median)) return '–';
  return least === most ? `${shown(median)} ×` : `${shown(median)} × (${shown(least)}–${shown(most)})`;
}
