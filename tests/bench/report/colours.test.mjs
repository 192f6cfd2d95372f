// Colours can be seen and told apart, in light and dark, by everybody.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paints } from './colours.mjs';

const series = Object.keys(paints).filter((name) => name.startsWith('series-'));
const parts = (hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
const linear = (hex) => parts(hex).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
const times = (matrix, vector) => matrix.map((row) => row.reduce((sum, factor, index) => sum + factor * vector[index], 0));
const luminance = (hex) => times([[0.2126, 0.7152, 0.0722]], linear(hex))[0];

/** As WCAG 2.2 has it. */
function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((left, right) => left - right);
  return (light + 0.05) / (dark + 0.05);
}

/** How those see who lack one kind of cone (Viénot 1999), of linear RGB. */
const EYES = {
  'three kinds of cones': [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  'no cones for red': [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
  'no cones for green': [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
};

function lab(rgb) {
  const [x, y, z] = times([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], rgb);
  const curve = (part) => (part > 0.008856 ? Math.cbrt(part) : 7.787 * part + 16 / 116);
  const [fx, fy, fz] = [curve(x / 0.9505), curve(y), curve(z / 1.089)];
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

for (const theme of ['light', 'dark']) {
  test(`lines are seen and words are read on every ${theme} ground`, () => {
    for (const ground of ['ground', 'shade']) {
      for (const name of series) assert.ok(contrast(paints[name][theme], paints[ground][theme]) >= 3, `${name} on ${ground}`);
      for (const name of ['ink', 'quiet']) assert.ok(contrast(paints[name][theme], paints[ground][theme]) >= 4.5, `${name} on ${ground}`);
    }
  });

  for (const [eyes, matrix] of Object.entries(EYES)) {
    test(`the first four series are told apart in ${theme} with ${eyes}`, () => {
      const seen = series.slice(0, 4).map((name) => lab(times(matrix, linear(paints[name][theme])).map((part) => Math.max(0, part))));
      seen.forEach((one, index) => seen.slice(index + 1).forEach((other, next) => {
        const distance = Math.hypot(...one.map((part, at) => part - other[at]));
        assert.ok(distance >= 12, `${series[index]} and ${series[index + 1 + next]}: ${distance.toFixed(1)}`);
      }));
    });
  }
}
