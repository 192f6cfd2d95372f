// Token servers and APIs that are as a test plants them, on one loopback port, and what the doctor says of them.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { listen } from './http.mjs';
import { install, tarball } from './package.mjs';

/** No word of it may be seen in what the doctor says. */
export const SECRET = 'MARKER of a secret';
export const TOKEN = 'MARKER-of-a-token';

/** What the installed tarball has, the client and the doctor, and the `project` that has it. */
export async function loadDoctor(name) {
  const project = await install(name, await tarball());
  const load = async (entry) => await import(pathToFileURL(createRequire(join(project, 'x.js')).resolve(entry)).href);
  return { project, ...(await load('edge-oauth2')), ...(await load('edge-oauth2/doctor')) };
}

/** An answer in JSON. */
export function answer(status, members, headers) {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(members) };
}
export const granted = (members, headers) => answer(200, { access_token: TOKEN, token_type: 'Bearer', expires_in: 3600, ...members }, headers);
export const refused = (error, error_description, status = error === 'invalid_client' ? 401 : 400) => answer(status, { error, error_description });
export const page = (status, title) => ({ status, headers: { 'content-type': 'text/html' }, body: `<!DOCTYPE html><title>${title}</title>` });

/** The usual refusal, and the requests that a server may take the credentials from. */
export const REFUSED = refused('invalid_client', 'Client authentication failed');
const encoded = (text) => new URLSearchParams({ '': text }).toString().slice(1);
export const isStrict = ({ pair }) => pair === `me:${encoded(SECRET)}`;
export const isLoose = ({ pair }) => pair === `me:${SECRET}`;
export const isInBody = ({ params, pair }) => pair === undefined && params.client_secret === SECRET;

/** What places answer with: a token to some requests only, one and the same to all, to those at the API; and metadata. */
export const only = (isRight) => ({ '/token': (request) => (isRight(request) ? granted() : REFUSED) });
export const says = (response) => ({ '/token': () => response });
export const api = (response) => ({ '/api/hello': () => response });
export const metadata = (members) => ({ '/.well-known/openid-configuration': () => answer(200, members) });

/** The same port by another host's name. */
export const elsewhere = ({ host }) => `http://${host.replace('127.0.0.1', 'localhost')}`;

export const challenge = (text) => ({ 'www-authenticate': text });
export const dateIn = (ms) => new Date(Date.now() + ms).toUTCString();

/** A JWT that nobody has signed. */
export function jwt(claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part(claims)}.${Buffer.from(SECRET).toString('base64url')}`;
}

/**
 * Starts the port. `plant(answers)` gives a place there: its `url`, the `options` of a client, and the `requests` that came. `answers`
 * are functions of a request, by their paths; without them `/token` grants a token and `/api/hello` takes it.
 */
export async function startPlanted() {
  const places = [];
  const server = await listen(async (request, response) => {
    const [, number, ...segments] = request.url.split(/[/?]/);
    const place = places[number];
    const path = `/${segments.join('/')}`.split('/client_id=')[0];
    const body = await text(request);
    const asked = { ...read(request, body), path };
    place?.requests.push(asked);
    const { status, headers = {}, body: said = '' } = (await place?.answers[path]?.(asked)) ?? { status: 404 };
    response.writeHead(status, headers).end(said);
  });
  return {
    ...server,
    plant(answers = {}) {
      const url = `${server.url}/${places.length}`;
      const place = { requests: [], answers: { '/token': () => granted(), '/api/hello': () => answer(200, {}), ...answers } };
      places.push(place);
      const options = { tokenUrl: `${url}/token`, clientId: 'me', clientSecret: SECRET, baseUrl: `${url}/api`, timeoutMs: 2_000 };
      return { url, options, requests: place.requests };
    },
  };
}

function read({ method, headers }, body) {
  const isJson = headers['content-type']?.includes('json') ?? false;
  const params = isJson ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body));
  const [, packed] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? [];
  const pair = packed === undefined ? undefined : Buffer.from(packed, 'base64').toString();
  return { method, headers, params, isJson, pair };
}

/** What the doctor finds, as `severity code`; held against leaks. */
export async function examined({ doctor, describe }, options, checks = { path: '/hello' }) {
  const diagnosis = await doctor(options, checks);
  const told = `${JSON.stringify(diagnosis)}\n${describe(diagnosis)}`;
  for (const secret of ['MARKER', ...['base64', 'hex'].map((encoding) => Buffer.from(SECRET).toString(encoding).slice(0, 12))]) {
    assert.ok(!told.includes(secret), told);
  }
  assert.doesNotMatch(told, /\{\w+\}|undefined(?!_option|: is what)/);
  assert.equal(diagnosis.ok, diagnosis.findings.every(({ severity }) => severity === 'warning'));
  assert.deepEqual(diagnosis.steps.map(({ name }) => name), ['configuration', 'discovery', 'token', 'store', 'api']);
  return diagnosis;
}

export const codesOf = ({ findings }) => findings.map(({ code }) => code);
