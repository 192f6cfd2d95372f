// Bodies of requests.

/** Early workerd does not say what its own objects are; those of another realm or a library are no instances of ours. */
function is(type, value) {
  return value instanceof globalThis[type] || Object.prototype.toString.call(value) === `[object ${type}]`;
}

const isBlob = (body) => is('Blob', body) || is('File', body);

/** Whether it can be sent more than once. What is no object is sent as text. */
export function isReplayable(body) {
  return (
    typeof body !== 'object' ||
    ArrayBuffer.isView(body) ||
    isBlob(body) ||
    ['ArrayBuffer', 'FormData', 'URLSearchParams'].some((type) => is(type, body))
  );
}

/** A copy of what can be written to. A stream is there once. */
export function copyOf(body) {
  if (is('URLSearchParams', body)) return new body.constructor(body);
  if (is('ArrayBuffer', body)) return body.slice(0);
  if (is('DataView', body)) return new DataView(body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength));
  // Not its own `slice`: that of Node's Buffer is no copy.
  if (ArrayBuffer.isView(body)) return Object.getPrototypeOf(Uint8Array.prototype).slice.call(body);
  if (!is('FormData', body)) return body;
  const copy = new body.constructor();
  for (const [name, value] of body) copy.append(name, value);
  return copy;
}

/** Whether fetch says in Content-Type what it is; a boundary only fetch knows. */
export function hasOwnType(body) {
  return is('FormData', body) || is('URLSearchParams', body) || (isBlob(body) && body.type !== '');
}

/** Node wants to be told that a stream does not wait for the answer. */
export function bodyInit(body) {
  const isStream = typeof body?.getReader === 'function' || typeof body?.[Symbol.asyncIterator] === 'function';
  return isStream ? { body, duplex: 'half' } : { body };
}

/** A stream of another realm as one of the host's, which would send its name in its place. It is read when that is sent. */
export function hostsBody(body) {
  if (typeof body?.getReader !== 'function' || body instanceof ReadableStream) return body;
  let reader;
  const read = async (controller) => {
    reader ??= body.getReader();
    const { done, value } = await reader.read();
    if (done) controller.close();
    else controller.enqueue(value);
  };
  return new ReadableStream({ pull: read, cancel: (reason) => (reader ?? body).cancel(reason) }, { highWaterMark: 0 });
}
