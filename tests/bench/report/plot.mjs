// Plots: figures in, `{ name, description, height, svg, table }` out. What is seen in a drawing is in a table too, for those who do not see it.
export { linePlot } from './line-plot.mjs';
export { rangePlot } from './range-plot.mjs';
export { standalone } from './colours.mjs';
