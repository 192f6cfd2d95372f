// Colours that can be told apart in light and dark, by the colour-blind too (after Okabe and Ito); shapes say the same.
// Elements have the light ones as attributes, so that a plot can be read where a policy or a program ignores its stylesheet.

const PAINTS = {
  ground: { light: '#ffffff', dark: '#0d1117' },
  ink: { light: '#1f2328', dark: '#e6edf3' },
  quiet: { light: '#59636e', dark: '#9198a1' },
  grid: { light: '#d8dee4', dark: '#30363d' },
  shade: { light: '#eef1f4', dark: '#1b222b' },
};

/** Of series, in the order they are given. */
const SERIES = [
  { light: '#0072b2', dark: '#56b4e9' },
  { light: '#c24e00', dark: '#ff8c42' },
  { light: '#007d5b', dark: '#2fc795' },
  { light: '#ab4a83', dark: '#e59ac4' },
  { light: '#946000', dark: '#f0c04c' },
  { light: '#5b4bc4', dark: '#a99cff' },
  { light: '#59636e', dark: '#b4bcc6' },
];

SERIES.forEach((paint, index) => (PAINTS[`series-${index}`] = paint));

export const paints = PAINTS;

/** What a series is drawn in. */
export function seriesPaint(index) {
  return `series-${index % SERIES.length}`;
}

export function fill(paint) {
  return { class: `fill-${paint}`, fill: PAINTS[paint].light };
}

export function stroke(paint) {
  return { class: `stroke-${paint}`, stroke: PAINTS[paint].light, fill: 'none' };
}

/** The dark colours, for a drawing that stands alone and for the page. */
export function darkStyle() {
  const rules = Object.entries(PAINTS).map(([name, { dark }]) => `.fill-${name}{fill:${dark}}.stroke-${name}{stroke:${dark}}`);
  return `@media (prefers-color-scheme:dark){${rules.join('')}}`;
}

/** A drawing as a file of its own, which dark surroundings turn dark. */
export function standalone(svg) {
  return `${svg.replace('</desc>', `</desc><style>${darkStyle()}</style>`)}\n`;
}
