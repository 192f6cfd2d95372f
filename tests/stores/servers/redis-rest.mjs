// Upstash's REST API in front of a real server: a command as JSON, its answer as JSON or, when asked for, base64.
import { createServer } from 'node:http';
import { Redis } from 'ioredis';

const TOKEN = 'MARKER rest token'.replaceAll(' ', '-');

export async function startRedisRest(url) {
  const redis = new Redis(url);
  redis.on('error', () => {});
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    const answer = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return answer(401, { error: 'Unauthorized' });
    const sent = JSON.parse(Buffer.concat(chunks).toString());
    const isBase64 = request.headers['upstash-encoding'] === 'base64';
    const perform = async (words) => {
      try {
        const result = await redis.call(...words.map(String));
        return { result: isBase64 ? encoded(result) : result };
      } catch (error) {
        // As theirs does, it repeats what it was sent.
        return { error: `${error.message}, command was: ${JSON.stringify(sent)}` };
      }
    };
    if (request.url === '/pipeline') return answer(200, await Promise.all(sent.map(perform)));
    const answered = await perform(sent);
    answer(answered.error ? 400 : 200, answered);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    token: TOKEN,
    async close() {
      redis.disconnect();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** Every text but OK in base64. */
function encoded(result) {
  if (Array.isArray(result)) return result.map(encoded);
  return typeof result === 'string' && result !== 'OK' ? Buffer.from(result).toString('base64') : result;
}
