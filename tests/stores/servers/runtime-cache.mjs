// What Vercel's client of the Runtime Cache talks to outside of its functions: JSON by key, for a time.
import { createServer } from 'node:http';

export async function startRuntimeCache() {
  const entries = new Map();
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    if (request.method === 'POST') entries.set(request.url, { body, endsAt: Date.now() + 1000 * request.headers['x-vercel-revalidate'] });
    if (request.method === 'DELETE') entries.delete(request.url);
    const entry = entries.get(request.url);
    const isFresh = entry?.endsAt > Date.now();
    if (request.method === 'GET' && !isFresh) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'application/json', 'x-vercel-cache-state': 'fresh' }).end(entry?.body);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
