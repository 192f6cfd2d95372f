import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { OAuth2Client } from 'edge-oauth2';

const { TOKEN_URL, CLIENT_ID, CLIENT_SECRET, API_URL } = process.env;
const api = new OAuth2Client({ tokenUrl: TOKEN_URL, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, baseUrl: API_URL });

const server = createServer(async (request, response) => {
  const { method } = request;
  const answer = await api.fetch('/hello', { method, body: method === 'POST' ? await text(request) : undefined });
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
