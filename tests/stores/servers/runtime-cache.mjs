// What Vercel's client of the Runtime Cache talks to outside of its functions: JSON by key, for a time.
import { listen } from '../../runtimes/http.mjs';

export async function startRuntimeCache() {
  const entries = new Map();
  const { url, close } = await listen(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    if (request.method === 'POST') entries.set(request.url, { body, endsAt: Date.now() + 1000 * request.headers['x-vercel-revalidate'] });
    if (request.method === 'DELETE') entries.delete(request.url);
    const entry = entries.get(request.url);
    const isFresh = entry?.endsAt > Date.now();
    if (request.method === 'GET' && !isFresh) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'application/json', 'x-vercel-cache-state': 'fresh' }).end(entry?.body);
  });
  return { url: `${url}/`, close };
}
