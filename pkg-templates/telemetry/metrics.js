// The option `onEvent`: what happens, as metrics of somebody's meter.
import { be } from '../face/readers.js';

/** In seconds, from a store next door to the longest patience. What libraries take otherwise is for milliseconds. */
const BOUNDARIES = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const METHODS = ['createObservableCounter', 'createHistogram'];

const readMeter = be((meter) => METHODS.every((name) => typeof meter?.[name] === 'function'), "a meter of OpenTelemetry's");

/** The listener of each meter: clients may be made in every request, and a meter is to have its instruments once. */
const listeners = new WeakMap();

export function metrics(meter) {
  let listener = listeners.get(readMeter('meter', meter));
  if (listener === undefined) {
    listener = listenerOf(meter);
    listeners.set(meter, listener);
  }
  return listener;
}

function listenerOf(meter) {
  const counts = new Map();
  // Counted here, and looked at when the meter is read: that costs a hit a tenth of what a library's counter does.
  meter
    .createObservableCounter('edge_oauth2.events', { description: 'What happened on the way to a token', unit: '{event}' })
    .addCallback((result) => counts.forEach(({ count, attributes }) => result.observe(count, attributes)));
  const durations = meter.createHistogram('edge_oauth2.event.duration', {
    description: 'How long the store, the request of another, or the server took',
    unit: 's',
    advice: { explicitBucketBoundaries: BOUNDARIES },
  });
  return ({ type, operation, code, durationMs }) => {
    const key = operation || code ? `${type} ${operation ?? code}` : type;
    let counted = counts.get(key);
    if (counted === undefined) counts.set(key, (counted = { count: 0, attributes: attributesOf(type, operation, code) }));
    counted.count += 1;
    if (durationMs !== undefined) durations.record(durationMs / 1000, counted.attributes);
  };
}

/** Each has few values. A reason in words has many, and is left out. */
function attributesOf(type, operation, code) {
  return {
    'edge_oauth2.event.type': type,
    ...(operation !== undefined && { 'edge_oauth2.store.operation': operation }),
    ...(code !== undefined && { 'error.type': code }),
  };
}
