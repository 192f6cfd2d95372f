// The least that a client needs: a token endpoint, and an API that wants its token; and an endpoint that knows all tokens.
import { createServer } from 'node:http';
import { once } from 'node:events';

/** Starts the server, which goes when the test does. Counts the tokens that it granted, and those it was asked about. */
export async function startTokenServer(test) {
  const granted = [];
  const introspected = [];
  const server = createServer((request, response) => {
    if (request.url === '/introspect') {
      let body = '';
      request.setEncoding('utf8').on('data', (text) => (body += text));
      request.on('end', () => {
        introspected.push(new URLSearchParams(body).get('token'));
        response.end(JSON.stringify({ active: true, sub: 'ada' }));
      });
      return;
    }
    if (request.url !== '/token') {
      const isAllowed = granted.some((token) => request.headers.authorization === `Bearer ${token}`);
      response.writeHead(isAllowed ? 200 : 401).end(isAllowed ? 'hello' : 'who are you?');
      return;
    }
    granted.push(`token-${granted.length + 1}`);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ access_token: granted.at(-1), token_type: 'bearer', expires_in: 3600 }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  test.after(() => server.close());
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    granted,
    introspected,
    introspection: { introspectionUrl: `${origin}/introspect`, clientId: 'me', clientSecret: 'my secret' },
    options: { tokenUrl: `${origin}/token`, clientId: 'me', clientSecret: 'my secret', baseUrl: origin },
  };
}
