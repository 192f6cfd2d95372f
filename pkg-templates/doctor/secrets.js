// What must not be seen again, whoever repeats it.

import { holds } from '../face/spelling.js';

/** What is shorter is found in many a word. */
const MIN_CHARS = 8;

/** The beginning of a value is as good as the value: who repeats may cut. */
const BEGINNING = 16;

const MAX_SHOWN_CHARS = 300;

/** Options that are secret, or have secrets among what they have. */
const SECRET_OPTIONS = [
  ...['clientSecret', 'previousClientSecret', 'sealKey', 'previousSealKeys', 'privateKey', 'clientAssertion'],
  ...['password', 'refreshToken', 'assertion', 'token', 'endpointParams', 'refreshParams', 'headers', 'apiHeaders'],
];

/** Parameters, headers and claims that errors are about. */
const PUBLIC = /_type$|^(scope|client_id|redirect_uri|audience|resource|issuer|subject|kid|alg|typ|aud|iss|sub|accept.*|user-agent|content-type)$/i;

/** How deep secrets lie in what is given. */
const MAX_DEPTH = 3;

export class Secrets {
  #values = new Set();

  constructor(options) {
    for (const name of SECRET_OPTIONS) this.#addAll(options[name]);
  }

  add(value) {
    if (value.length >= MIN_CHARS) this.#values.add(value);
  }

  /** Those that were granted. */
  addToken({ accessToken, refreshToken = '', idToken = '' }) {
    for (const text of [accessToken, refreshToken, idToken]) this.add(text);
  }

  /** The credentials of a token request as it is sent: those that functions gave are known by it alone. */
  addSent({ headers, body }) {
    const authorization = new Headers(headers).get('authorization') ?? '';
    const [, packed] = /^Basic (.+)$/.exec(authorization) ?? [];
    if (packed) this.add(decoded(packed.length % 4 === 1 ? '' : atob(packed)).replace(/^[^:]*:/, ''));
    if (typeof body !== 'string') return;
    const parameters = body.startsWith('{') ? parsedObject(body) : Object.fromEntries(new URLSearchParams(body));
    this.#addAll(parameters);
  }

  /** `text`, which somebody else wrote, as it may be shown: on one line, short, and whole or not at all. */
  shown(text, maxChars = MAX_SHOWN_CHARS) {
    const line = String(text ?? '').replaceAll(/[\0-\x20\x7f]+/g, ' ').trim();
    if ([...this.#values].some((value) => holds(line, value.slice(0, BEGINNING)))) return '(not shown: it repeats a secret)';
    // Nobody reads a token, and it may be one.
    const readable = line.replaceAll(/\beyJ[\w-]+\.[\w.-]+/g, '[a JWT]');
    return readable.length > maxChars ? `${readable.slice(0, maxChars)}…` : readable;
  }

  #addAll(value, depth = 0) {
    if (typeof value === 'string') return this.add(value);
    if (typeof value !== 'object' || value === null || depth === MAX_DEPTH) return;
    // Parameters may be pairs.
    const isList = typeof value[Symbol.iterator] === 'function';
    for (const item of isList ? value : Object.entries(value)) {
      const [name, content] = Array.isArray(item) && item.length === 2 ? item : ['', item];
      if (!PUBLIC.test(name)) this.#addAll(content, depth + 1);
    }
  }
}

function decoded(text) {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** The object that a JSON text is; one without members if it is none. */
export function parsedObject(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}
