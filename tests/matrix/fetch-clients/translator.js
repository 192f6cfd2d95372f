// What the API would answer whose clients want more than an echo: the echo of the real one, which looks at the token, in the words
// of GraphQL, tRPC or PostgREST.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** What of the echo a client sees. */
const seen = ({ method, body }) => ({ method, body });

const ANSWERS = {
  graphql: (echo) => ({ data: { echo: seen(echo) } }),
  trpc: (echo) => ({ result: { data: seen(echo) } }),
  rest: (echo) => [seen(echo)],
};

/** Starts it before the API at `apiUrl`; gives its URL, and what ends it. */
export async function startTranslator(apiUrl) {
  const server = createServer(async (request, response) => {
    const [, kind, ...rest] = new URL(request.url, 'http://x').pathname.split('/');
    const name = rest.at(-1);
    const { method, headers } = request;
    const body = ['GET', 'HEAD'].includes(method) ? undefined : await text(request);
    const path = name === 'missing' ? 'status?is=404' : name === 'slow' ? 'slow?ms=60000' : 'echo';
    const answer = await fetch(`${apiUrl}/${path}`, {
      method,
      headers: { authorization: headers.authorization ?? '', 'content-type': headers['content-type'] ?? 'text/plain' },
      body,
    });
    const content = answer.status === 200 ? ANSWERS[kind](await answer.json()) : await answer.json();
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}
