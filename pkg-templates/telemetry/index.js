// Traces and metrics, for who gives a tracer or a meter.
export { metrics } from './metrics.js';
export { spans } from './spans.js';
