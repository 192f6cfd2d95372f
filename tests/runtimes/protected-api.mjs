// A protected API on a free loopback port: each bearer token is checked at the authorization server.
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { byName, json, listen, route } from './http.mjs';

/**
 * Starts the API. `isActive(token)` is how it learns whether a token is good. Every test works under
 * a name of its own:
 *
 *     /{name}/seen                  what came for that name, from anybody (not protected)
 *     /{name}/redirect?status&to    a redirect, given before the token is looked at
 *     /{name}/refuse                401 whatever the token
 *     /{name}/status?is             that status
 *     /{name}/stream?chunks         as many chunks, one each 30 ms
 *     /{name}/slow?ms               the headers after that time
 *     /{name}/socket                a WebSocket that says hello
 *     /{name}/…                     an echo of the request
 */
export async function startProtectedApi({ isActive }) {
  const seenUnder = byName(() => []);
  const api = await listen(async (request, response) => {
    const { name, action, path, query } = route(request);
    if (action === 'seen') return json(response, seenUnder(name));

    const seen = record(request, path);
    seenUnder(name).push(seen);
    response.on('close', () => (seen.closedEarly = !response.writableFinished));
    if (action === 'redirect') {
      const status = Number(query.get('status') ?? 302);
      return response.writeHead(status, { location: query.get('to') }).end();
    }
    const [isGood, body] = await Promise.all([
      isBearer(isActive, seen.authorization),
      receive(request, seen),
    ]);
    if (!isGood || action === 'refuse') {
      const challenge = { 'www-authenticate': 'Bearer error="invalid_token"' };
      return json(response, { error: 'invalid_token' }, 401, challenge);
    }
    if (action === 'status') return json(response, {}, Number(query.get('is')));
    if (action === 'slow') await sleep(Number(query.get('ms')));
    if (action === 'stream') {
      response.writeHead(200, { 'content-type': 'text/plain' });
      for (let chunk = 0; chunk < Number(query.get('chunks')) && !response.destroyed; chunk += 1) {
        response.write(`chunk ${chunk}\n`);
        await sleep(30);
      }
      return response.end();
    }
    const { method, headers } = request;
    json(response, { method, path, headers, body: body.toString('latin1') });
  });

  api.server.on('upgrade', async (request, socket) => {
    const { name, path } = route(request);
    const seen = record(request, path);
    seenUnder(name).push(seen);
    socket.on('error', () => socket.destroy());
    if (!(await isBearer(isActive, seen.authorization))) {
      return socket.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n');
    }
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n');
    socket.write(`sec-websocket-accept: ${accept}\r\n\r\n`);
    const hello = Buffer.from('hello');
    socket.end(Buffer.concat([Buffer.from([0x81, hello.length]), hello, Buffer.from([0x88, 0])]));
  });
  return api;
}

function record(request, path) {
  const { method, headers } = request;
  const authorization = headers.authorization ?? null;
  return { method, path, authorization, headers, received: 0, closedEarly: false };
}

/** Reads the body and keeps count, so that a test can see how much has come so far. */
async function receive(request, seen) {
  const chunks = [];
  for await (const chunk of request) {
    seen.received += chunk.length;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Whether the header carries a token that the authorization server says is active. */
async function isBearer(isActive, authorization) {
  const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
  return token !== undefined && (await isActive(token));
}
