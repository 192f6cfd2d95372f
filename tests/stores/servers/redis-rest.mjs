// Upstash's REST API in front of a real server: a command or a pipeline of them as JSON, answers as JSON or, when asked for, base64.
import { Redis } from 'ioredis';
import { json, listen } from '../../runtimes/http.mjs';

const TOKEN = 'MARKER-rest-token';

export async function startRedisRest(url) {
  const redis = new Redis(url);
  redis.on('error', () => {});
  const server = await listen(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return json(response, { error: 'Unauthorized' }, 401);
    const sent = JSON.parse(body);
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
    if (request.url === '/pipeline') return json(response, await Promise.all(sent.map(perform)));
    const answer = await perform(sent);
    json(response, answer, answer.error ? 400 : 200);
  });
  return {
    url: server.url,
    token: TOKEN,
    async close() {
      redis.disconnect();
      await server.close();
    },
  };
}

/** Every text but OK in base64. */
function encoded(result) {
  if (Array.isArray(result)) return result.map(encoded);
  return typeof result === 'string' && result !== 'OK' ? Buffer.from(result).toString('base64') : result;
}
