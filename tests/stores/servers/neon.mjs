// Neon's SQL over HTTP in front of a real Postgres: a statement and its values as JSON, its rows as texts.
import pg from 'pg';
import { json, listen } from '../../runtimes/http.mjs';

export async function startNeon(url) {
  // As it is on the wire: the client parses by the types.
  const pool = new pg.Pool({ connectionString: url, max: 8, types: { getTypeParser: () => (text) => text } });
  pool.on('error', () => {});
  const server = await listen(async (request, response) => {
    const { query, params } = JSON.parse(Buffer.concat(await request.toArray()).toString());
    try {
      const { command, rowCount, rows, fields } = await pool.query({ text: query, values: params, rowMode: 'array' });
      json(response, { command, rowCount, rows, fields, rowAsArray: true });
    } catch ({ message, code, severity }) {
      json(response, { message, code, severity }, 400);
    }
  });
  return {
    url: `${server.url}/sql`,
    async close() {
      await pool.end();
      await server.close();
    },
  };
}
