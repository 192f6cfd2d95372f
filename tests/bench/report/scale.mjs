// From figures to places on an axis.
import { shown } from '../numbers.mjs';

/** How far from the least figure above zero a logarithmic axis has the line for zero, which it could not show otherwise. */
const ZERO_GAP = 22;
const STEPS = [1, 2, 5, 10];

/**
 * An axis from `from` to `to`, in pixels, on which all `values` have a place. A linear one begins at zero: lengths are compared by eye.
 * On a logarithmic one zero, and what is below, has a line of its own.
 */
export function scaleOf(values, kind, [from, to]) {
  const known = values.filter((value) => typeof value === 'number' && Number.isFinite(value));
  return kind === 'log' ? logarithmic(known, from, to) : linear(known, from, to);
}

function linear(values, from, to) {
  const most = Math.max(0, ...values);
  const least = Math.min(0, ...values);
  const span = most - least || 1;
  const unit = 10 ** Math.floor(Math.log10(span / 4));
  const step = unit * STEPS.find((factor) => (span / (unit * factor)) <= 5);
  const [first, last] = [Math.floor(least / step), Math.ceil((least + span) / step)];
  const at = (value) => from + ((value / step - first) / (last - first)) * (to - from);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => tick((first + index) * step, at));
  return { at, ticks };
}

function logarithmic(values, from, to) {
  const positive = values.filter((value) => value > 0);
  const hasZero = positive.length < values.length;
  const begin = hasZero ? from + Math.sign(to - from) * ZERO_GAP : from;
  const edges = positive.length > 0 ? [Math.min(...positive), Math.max(...positive)] : [1, 10];
  const steps = stepsAround(...edges);
  const [low, high] = [Math.log10(steps[0]), Math.log10(steps.at(-1))];
  const at = (value) => (value > 0 ? begin + ((Math.log10(value) - low) / (high - low)) * (to - begin) : from);
  const ticks = thinned(steps).map((value) => tick(value, at));
  return { at, ticks: hasZero ? [tick(0, at), ...ticks] : ticks, zeroGap: hasZero ? (from + begin) / 2 : undefined };
}

/** 1, 2, 5, 10 … from at most `least` to at least `most`. */
function stepsAround(least, most) {
  const steps = [];
  for (let exponent = Math.floor(Math.log10(least)); steps.length < 2 || steps.at(-1) < most; exponent++) {
    for (const factor of STEPS.slice(0, 3)) {
      // Of text, as 3 × 10^-1 is not 0.3.
      const step = Number(`${factor}e${exponent}`);
      if (step <= least) steps[0] = step;
      else if (steps.length < 2 || steps.at(-1) < most) steps.push(step);
    }
  }
  return steps;
}

/** No more of them than have room: powers of ten, then every second of these. */
function thinned(steps) {
  if (steps.length <= 6) return steps;
  const decades = steps.filter((step) => Number.isInteger(Math.log10(step)));
  const every = Math.ceil(decades.length / 7);
  return decades.filter((_, index) => index % every === 0);
}

function tick(value, at) {
  return { value, place: at(value), label: tickLabel(value) };
}

function tickLabel(value) {
  const plain = Number(value.toPrecision(6));
  return Number.isInteger(plain) ? shown(plain) : String(plain);
}
