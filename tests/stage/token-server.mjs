// The token endpoint of one fleet, before the real one: it can be told to misbehave, and remembers whom it gave which token.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { json, listen } from '../runtimes/http.mjs';

/** How long it takes to answer, by how it is. */
const DELAYS_MS = { well: 300, slow: 3_000, confused: 300 };

/** How many tokens it remembers. */
const REMEMBERED = 200;

const digest = (token) => createHash('sha256').update(token).digest('base64');

/** Starts it before `tokenUrl`; `onToken(life, isolate)` hears of every token. */
export async function startTokenServer({ tokenUrl, lifetimeSeconds, onToken }) {
  const lives = new Map();
  let state = 'well';
  let issued = 0;

  const endpoint = await listen(async (request, response) => {
    const atMs = Date.now();
    const body = new URLSearchParams(await text(request));
    await sleep(DELAYS_MS[state]);
    if (state === 'confused') {
      return response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Welcome</title><p>Please sign in.');
    }
    body.set('lifetime', String(lifetimeSeconds));
    const { authorization } = request.headers;
    const answer = await fetch(tokenUrl, { method: 'POST', headers: authorization ? { authorization } : {}, body });
    const content = await answer.json();
    if (answer.ok) remember(content.access_token, atMs, Number(request.headers['x-isolate']));
    json(response, content, answer.status);
  });
  const { port } = endpoint.server.address();

  /** Clients count a token's life from when they asked. */
  function remember(token, obtainedAtMs, isolate) {
    const life = { number: (issued += 1), obtainedAtMs, refreshAtMs: 0, expiresAtMs: obtainedAtMs + lifetimeSeconds * 1000 };
    lives.set(digest(token), { life, token });
    if (lives.size > REMEMBERED) lives.delete(lives.keys().next().value);
    onToken(life, isolate);
  }

  return {
    url: `${endpoint.url}/token`,
    lifeOf: (token) => lives.get(digest(token))?.life,
    /** Those that are not over. */
    living: () => [...lives.values()].filter(({ life }) => life.expiresAtMs > Date.now() && !life.revokedAtMs),
    tokens: () => [...lives.values()].map(({ token }) => token),
    get issued() {
      return issued;
    },
    /** What it is from now on. A stopped one has no socket. */
    async become(next) {
      const { server } = endpoint;
      if (next === 'stopped' && server.listening) await endpoint.close();
      state = next;
      if (next === 'stopped' || server.listening) return;
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    async close() {
      if (endpoint.server.listening) await endpoint.close();
    },
  };
}
