// Options as wasm takes them: triples of option, key and value, in one flat array.

/** Options that are lists of plain values. */
const LIST_OPTIONS = new Set(['scopes', 'resource', 'previousSealKeys']);

/** An option as wasm takes it: option, key and value, once for each value. */
export function triples(name, value) {
  if (LIST_OPTIONS.has(name)) return value.flatMap((item) => [name, '', item]);
  if (Array.isArray(value)) return value.flatMap(([key, item]) => [name, key, item]);
  return [name, '', String(value)];
}

/** Triples that take the place of others: an empty list says something too. */
export function replacing(name, value) {
  return LIST_OPTIONS.has(name) && value.length === 0 ? [`${name}.none`, '', ''] : triples(name, value);
}

/**
 * A client's `fields` with those of a call. Parameters and headers are replaced one by one, by their names; all
 * else as a whole.
 */
export function deriveFields(fields, callFields) {
  const byName = { endpointParams: (key) => key, headers: (key) => key.toLowerCase() };
  const nameOf = ([option, key]) => `${option.replace('.none', '')} ${byName[option]?.(key) ?? ''}`;
  const replaced = new Set(inTriples(callFields).map(nameOf));
  const kept = inTriples(fields).filter((field) => !replaced.has(nameOf(field)));
  return [...kept.flat(), ...callFields];
}

/** The values of a list option among `fields`. */
export function valuesOf(fields, option) {
  return inTriples(fields).flatMap(([name, , value]) => (name === option ? [value] : []));
}

function inTriples(fields) {
  return Array.from({ length: fields.length / 3 }, (_, index) => fields.slice(index * 3, index * 3 + 3));
}
