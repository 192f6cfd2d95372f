// Which answers of the API mean that it refused the token.

/** How much of a body is looked at, and for how long: a refusal is short and comes at once. */
const MAX_BYTES = 64 * 1024;
const MAX_MS = 1_000;

/** Bodies that are looked at. Not those that are streams by nature, such as text/event-stream or x-ndjson. */
const TEXT_TYPES = /^\s*(text\/(?!event-stream)|[^;]*[/+](json|xml)\s*(;|$)|application\/x-www-form-urlencoded)/i;

export class Refusal {
  #onSuccess;
  #onFailure;

  constructor({ refreshOn = [401], detectOn = [] }) {
    this.#onSuccess = sorted(detectOn);
    this.#onFailure = sorted(refreshOn);
  }

  /** Whether the API refused the token: at once where the status tells, else a promise. */
  isIn(response) {
    const { statuses, patterns } = response.ok ? this.#onSuccess : this.#onFailure;
    if (statuses.includes(response.status)) return true;
    return patterns.length > 0 && isText(response) && matches(response, patterns);
  }
}

function sorted(signs) {
  const isStatus = (sign) => typeof sign === 'number';
  return { statuses: signs.filter(isStatus), patterns: signs.filter((sign) => !isStatus(sign)) };
}

function isText({ body, headers }) {
  const type = headers.get('content-type');
  return Boolean(body) && (!type || TEXT_TYPES.test(type));
}

async function matches(response, patterns) {
  const { text, isWhole } = await beginning(response);
  return patterns.some((pattern) => {
    if (typeof pattern === 'string') return isWhole && text === pattern;
    // With the flag g or y it would go on where it last ended.
    pattern.lastIndex = 0;
    return text !== undefined && pattern.test(text);
  });
}

/**
 * The beginning of the body; none if it did not come in time or broke off, since a pattern may be about what
 * is missing. Reads a clone, and leaves it before the caller reads: what the caller gets is the host's own
 * response, of which no more is buffered than was looked at.
 */
async function beginning(response) {
  const reader = response.clone().body.getReader();
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, MAX_MS)));
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (let left = MAX_BYTES; left > 0; ) {
      const read = await Promise.race([reader.read(), late]);
      if (!read) return {};
      if (read.done) return { text: text + decoder.decode(), isWhole: true };
      text += decoder.decode(read.value.subarray(0, left), { stream: true });
      left -= read.value.length;
    }
    return { text };
  } catch {
    // The caller meets the failure where it reads.
    return {};
  } finally {
    clearTimeout(timer);
    // Done when the caller's half is: not waited for.
    reader.cancel().catch(() => {});
  }
}
