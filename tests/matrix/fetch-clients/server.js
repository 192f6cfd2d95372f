// Hands what it is asked to the API by the client that is named: `node server.js ky`.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { OAuth2Client } from 'edge-oauth2';
import { startTranslator } from './translator.js';

const { TOKEN_URL, CLIENT_ID, CLIENT_SECRET, API_URL } = process.env;
const translatorUrl = await startTranslator(API_URL);
const api = new OAuth2Client({
  tokenUrl: TOKEN_URL,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  baseUrl: API_URL,
  allowedOrigins: [translatorUrl],
});
const { create } = await import(`./clients/${process.argv[2]}.js`);
const client = create({ fetch: api.fetch, baseUrl: API_URL, translatorUrl });

/** What became of a call. */
const outcome = (promise) => promise.then((value) => ({ value }), (error) => ({ error: error.name, message: String(error.message) }));

/** What is asked of a client beside an echo. */
const tasks = {
  '/failure': () => client.failure(),
  '/aborted': () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    return client.slow(controller.signal);
  },
  '/stream': async () => {
    const reader = (await client.stream()).getReader();
    const { value } = await reader.read();
    await reader.cancel();
    return new TextDecoder().decode(value);
  },
};

const server = createServer(async (request, response) => {
  const { method, url } = request;
  const task = tasks[url] ?? (async () => (method === 'POST' ? await client.post(await text(request)) : await client.get()));
  const { value, ...failure } = await outcome(task());
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value ?? failure));
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
