// Neon's SQL over HTTP in front of a real Postgres: a statement and its values as JSON, its rows as texts.
import { createServer } from 'node:http';
import pg from 'pg';

export async function startNeon(url) {
  // As it is on the wire: the client parses by the types.
  const pool = new pg.Pool({ connectionString: url, max: 8, types: { getTypeParser: () => (text) => text } });
  pool.on('error', () => {});
  const server = createServer(async (request, response) => {
    const { query, params } = JSON.parse(Buffer.concat(await request.toArray()).toString());
    const answer = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    try {
      const { command, rowCount, rows, fields } = await pool.query({ text: query, values: params, rowMode: 'array' });
      answer(200, { command, rowCount, rows, fields, rowAsArray: true });
    } catch ({ message, code, severity }) {
      answer(400, { message, code, severity });
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${server.address().port}/sql`,
    async close() {
      await pool.end();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
