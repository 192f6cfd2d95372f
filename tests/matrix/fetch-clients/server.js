// Hands what it is asked to the API by the client that is named: `node server.js ky`.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { OAuth2Client } from 'edge-oauth2';
import { perform } from './tasks.js';

const { TOKEN_URL, CLIENT_ID, CLIENT_SECRET, API_URL, TRANSLATOR_URL } = process.env;
const api = new OAuth2Client({
  tokenUrl: TOKEN_URL,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  baseUrl: API_URL,
  allowedOrigins: [TRANSLATOR_URL],
});
const { create } = await import(`./clients/${process.argv[2]}.js`);
const client = create({ fetch: api.fetch, baseUrl: API_URL, translatorUrl: TRANSLATOR_URL });

const server = createServer(async (request, response) => {
  const { method, url: path } = request;
  const answer = await perform(client, { path, method, body: await text(request) });
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
