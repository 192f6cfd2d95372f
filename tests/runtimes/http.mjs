// What every server of these tests is made of.
import { once } from 'node:events';
import { createServer } from 'node:http';

/** Starts a server on a free loopback port; an error of the handler is a 500 that says so. */
export async function listen(handler) {
  const server = createServer((request, response) => {
    Promise.resolve(handler(request, response)).catch((error) => {
      if (response.headersSent) response.destroy();
      else json(response, { error: String(error) }, 500);
    });
  });
  server.keepAliveTimeout = 60_000;
  const sockets = new Set();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    server,
    url: `http://127.0.0.1:${server.address().port}`,
    async close() {
      // Also those that became a WebSocket, which closeAllConnections does not know any more.
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

export function json(response, value, status = 200, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
}

/** `/name/action?query` taken apart: every test works under a name of its own. */
export function route(request) {
  const url = new URL(request.url, 'http://localhost');
  const [, name, action = ''] = url.pathname.split('/');
  return { name, action, path: url.pathname + url.search, query: url.searchParams };
}

/** A map whose entries come into being when they are first asked for. */
export function byName(create) {
  const entries = new Map();
  return (name) => {
    if (!entries.has(name)) entries.set(name, create());
    return entries.get(name);
  };
}
