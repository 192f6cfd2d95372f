// A protected API on a free loopback port: each bearer token is checked at the authorization server.
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { byName, json, listen, route } from './http.mjs';

/**
 * Starts the API. `isActive(token)` is how it learns whether a token is good. Every test works under
 * a name of its own:
 *
 *     /{name}/seen                  what came for that name, from anybody (not protected)
 *     /{name}/redirect?status&to    a redirect, given before the token is looked at; its Location has the bytes of UTF-8
 *     /{name}/refuse                401 whatever the token
 *     /{name}/status?is&reason      that status, and the reason phrase in bytes of UTF-8
 *     /{name}/stream?chunks&type    as many chunks, one each 30 ms
 *     /{name}/flood                 text without end, as fast as it is read
 *     /{name}/slow?ms               the headers after that time
 *     /{name}/socket                a WebSocket that says hello
 *     /{name}/…                     an echo of the request
 *
 * The token is a bearer token, or in the header `x-token`, or the parameter `token` of the query or of a JSON body.
 * `refusal` in the query is JSON: the `status`, `type` and `text` of the answer to a bad token, how many
 * spaces come `before` and `after` the text, and whether it pauses (`pauseMs`) or breaks off (`breaks`) before the end.
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
      return response.writeHead(status, { location: inBytes(query.get('to')) }).end();
    }
    const [isGood, body] = await Promise.all([
      isAnyActive(isActive, tokensOutsideBody(seen, query)),
      receive(request, seen),
    ]);
    seen.body = body.toString('latin1');
    if (!(isGood || (await isAnyActive(isActive, [tokenInBody(body)]))) || action === 'refuse') {
      return await refuse(response, JSON.parse(query.get('refusal') ?? '{}'));
    }
    if (action === 'status') {
      response.writeHead(Number(query.get('is')), inBytes(query.get('reason') ?? ''), { 'content-type': 'application/json' });
      return response.end('{}');
    }
    if (action === 'slow') await sleep(Number(query.get('ms')));
    if (action === 'stream') {
      response.writeHead(200, { 'content-type': query.get('type') ?? 'text/plain' });
      for (let chunk = 0; chunk < Number(query.get('chunks')) && !response.destroyed; chunk += 1) {
        response.write(`chunk ${chunk}\n`);
        await sleep(30);
      }
      return response.end();
    }
    if (action === 'flood') {
      response.writeHead(200, { 'content-type': 'text/plain' });
      const chunk = Buffer.alloc(16 * 1024, 'x');
      const closed = new Promise((done) => response.once('close', done));
      while (!response.destroyed) {
        seen.sent += chunk.length;
        if (response.write(chunk)) continue;
        await Promise.race([closed, new Promise((done) => response.once('drain', done))]);
      }
      return;
    }
    const { method, headers } = request;
    json(response, { method, path, headers, body: seen.body });
  });

  api.server.on('upgrade', async (request, socket) => {
    const { name, path } = route(request);
    const seen = record(request, path);
    seenUnder(name).push(seen);
    socket.on('error', () => socket.destroy());
    if (!(await isAnyActive(isActive, [bearer(seen.authorization)]))) {
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

/** Node writes each character of a header as one byte. */
function inBytes(text) {
  return Buffer.from(text).toString('latin1');
}

function record(request, path) {
  const { method, headers } = request;
  const authorization = headers.authorization ?? null;
  return { method, path, authorization, headers, received: 0, sent: 0, closedEarly: false };
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

function tokensOutsideBody({ authorization, headers }, query) {
  return [bearer(authorization), headers['x-token'], query.get('token')];
}

function bearer(authorization) {
  return /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
}

function tokenInBody(body) {
  try {
    return JSON.parse(body.toString()).token;
  } catch {
    return undefined;
  }
}

/** Whether the authorization server says that one of them is active. */
async function isAnyActive(isActive, tokens) {
  for (const token of tokens) if (typeof token === 'string' && (await isActive(token))) return true;
  return false;
}

async function refuse(response, { status = 401, type = 'application/json', text, before = 0, after = 0, pauseMs, breaks }) {
  const body = Buffer.from(' '.repeat(before) + (text ?? '{"error":"invalid_token"}') + ' '.repeat(after));
  const headers = { 'www-authenticate': 'Bearer error="invalid_token"', ...(type && { 'content-type': type }) };
  response.writeHead(status, headers);
  if (pauseMs || breaks) response.write(body.subarray(0, -1));
  await sleep(pauseMs ?? (breaks ? 50 : 0));
  if (breaks) return response.destroy();
  response.end(pauseMs ? body.subarray(-1) : body);
}
