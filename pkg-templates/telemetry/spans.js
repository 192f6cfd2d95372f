// The option `tracing`: what a call waits for, as spans of somebody's tracer.
import { be } from '../face/readers.js';
import { Waits } from './waits.js';

/** How a tracer begins a span that is active while a function runs: OpenTelemetry's and Cloudflare's, and Cloudflare's before that. */
const methodOf = (tracer) => ['startActiveSpan', 'enterSpan'].find((name) => typeof tracer?.[name] === 'function');

const readTracer = be(methodOf, "a tracer of OpenTelemetry's, or tracing of 'cloudflare:workers'");

/**
 * What this gives is called where somebody asks for what `ask` brings, of the server at `url`; `mayFollow` is whether another
 * may be asking for it already.
 */
export function spans(tracer) {
  const method = methodOf(readTracer('tracer', tracer));
  const start = (name, body) => tracer[method](name, body);
  return (ask, url, mayFollow) => new Waits(start, url).of(ask, mayFollow);
}
