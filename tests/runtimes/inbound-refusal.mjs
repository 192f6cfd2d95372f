// What callers are answered who may not call, looked at apart from the code that is tested.
import { equal, ok, rejects } from './assert.mjs';
import { request } from './inbound-scene.mjs';

/** The challenge of a response, read apart from the code that is tested: the scheme and its parameters. */
function challengeOf(response) {
  const [, scheme, rest] = /^(\S+)(?: (.*))?$/.exec(response.headers.get('www-authenticate') ?? '');
  const parameters = {};
  for (const [, name, value] of (rest ?? '').matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"(?:, |$)/g)) parameters[name] = value.replaceAll(/\\(.)/g, '$1');
  return { scheme, ...parameters };
}

/** What `call` is refused with: looked at whole, and shown. */
export async function refusal(call, code, status) {
  const error = await rejects(call, { code, status });
  const { response } = error;
  ok(response instanceof Response && error.response !== response, 'another Response each time');
  equal(response.status, status, `${code}: status`);
  equal(response.headers.get('cache-control'), 'no-store', `${code}: cache-control`);
  const text = await response.text();
  const { scheme, error_description: description, ...challenge } = status === 503 ? {} : challengeOf(response);
  if (status === 503) {
    equal(response.headers.get('www-authenticate'), null, 'no challenge');
    ok(/^\d+$/.test(response.headers.get('retry-after') ?? ''), `Retry-After: ${response.headers.get('retry-after')}`);
    ok(Number(response.headers.get('retry-after')) >= 1, 'some time');
  } else {
    equal(scheme, 'Bearer', 'scheme');
    equal(response.headers.get('retry-after'), null, 'Retry-After');
  }
  const isBare = challenge.error === undefined && status === 401;
  if (isBare) equal([text, description], ['', undefined], 'of a bare challenge');
  else {
    equal(response.headers.get('content-type'), 'application/json', 'content-type');
    const body = JSON.parse(text);
    if (status !== 503) equal([body.error, body.error_description], [challenge.error, description], 'body');
  }
  const all = `${error.stack} ${JSON.stringify(error)} ${[...response.headers].join()} ${text}`;
  ok(!all.includes('MARKER'), all);
  return { challenge: sorted(challenge), description, error, response };
}

/** The same in one order. */
export function sorted(parameters) {
  return Object.fromEntries(Object.entries(parameters).sort(([one], [other]) => (one < other ? -1 : 1)));
}

export const bearer = (token) => request(`Bearer ${token}`);

/** The error that a verifier rejects with, by one of these codes; `what` is what was wrong. */
export async function refused(promise, what, codes = ['token_rejected']) {
  const error = await rejects(promise).catch(({ message }) => ok(false, `${what}: ${message}`));
  ok(codes.includes(error.code), `${what}: ${error.code}: ${error.message}`);
  return error;
}
