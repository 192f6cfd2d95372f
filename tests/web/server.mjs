// A token server on loopback, in the process of the tests.

const { createServer } = process.getBuiltinModule('node:http');

/** Grants tokens at /token, whose scope says what it was asked for. */
export async function startServer() {
  let granted = 0;
  const silent = Promise.withResolvers();
  const server = createServer(async (request, response) => {
    response.setHeader('x-server', 'yes');
    switch (request.url) {
      case '/token': {
        let body = '';
        for await (const part of request) body += part;
        const form = new URLSearchParams(body);
        const scope = [form.get('scope'), ...form.getAll('audience'), form.get('n')].join(' ');
        granted += 1;
        response.setHeader('content-type', 'application/json');
        response.end(`{"access_token":"token-${granted}","token_type":"bearer","expires_in":3600,"scope":"${scope}","__proto__":{"x":1}}`);
        return;
      }
      case '/silent':
        response.on('close', silent.resolve);
        return;
      case '/redirect':
        response.writeHead(302, { location: '/echo' }).end();
        return;
      case '/long':
        response.end('x'.repeat(100_000));
        return;
      default:
        response.end(`${request.method} ${request.headers['x-asked']}`);
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    get granted() {
      return granted;
    },
    closed: () => Promise.race([silent.promise.then(() => true), new Promise((done) => setTimeout(done, 2_000, false))]),
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export const evaluate = (source) => (0, eval)(source);
