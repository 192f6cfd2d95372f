// Shapes of points, so that series are told apart without colours.
import { fill } from './colours.mjs';
import { element, rounded } from './svg.mjs';

const SHAPES = [
  'M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0Z',
  'M-3.2-3.2h6.4v6.4h-6.4Z',
  'M0-4.4L4.2 3.2H-4.2Z',
  'M0-4.6L4.6 0L0 4.6L-4.6 0Z',
  'M0 4.4L-4.2-3.2H4.2Z',
  'M-4-1.4h2.6v-2.6h2.8v2.6h2.6v2.8h-2.6v2.6h-2.8v-2.6h-2.6Z',
  'M-4.4-1.6h8.8v3.2h-8.8Z',
];

/** The shape of a series, at a place. */
export function marker(index, x, y, paint) {
  return element('path', { d: SHAPES[index % SHAPES.length], transform: `translate(${rounded(x)} ${rounded(y)})`, ...fill(paint) });
}
