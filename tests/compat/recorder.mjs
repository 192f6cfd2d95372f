// A server that records what it is sent and answers as it is told.
import { listen } from '../runtimes/http.mjs';

/**
 * Starts the server. `reply` is what it answers from now on: `{ status, headers, body }`, or a function of the response
 * that answers itself, or an array of these, one for each request, whose last one stays. `requests` is what came since
 * it was set.
 */
export async function startRecorder() {
  let replies = [];
  let requests = [];
  const { url, close } = await listen(async (request, response) => {
    const chunks = await request.toArray();
    const { method, url, headers } = request;
    requests.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    if (typeof reply === 'function') return reply(response);
    return response
      .writeHead(reply.status ?? 200, reply.headers ?? { 'content-type': 'application/json' })
      .end(reply.body);
  });
  return {
    url,
    close,
    get requests() {
      return requests;
    },
    set reply(given) {
      replies = [given].flat();
      requests = [];
    },
  };
}
