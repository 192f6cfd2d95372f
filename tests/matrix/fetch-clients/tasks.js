// What is asked of a client: an echo, and at these paths more.

/** What became of a call. */
const outcome = (promise) => promise.then((value) => ({ value }), (error) => ({ error: error.name, message: String(error.message) }));

const tasks = {
  '/failure': (client) => client.failure(),
  '/aborted': (client) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    return client.slow(controller.signal);
  },
  '/stream': async (client) => {
    const reader = (await client.stream()).getReader();
    const { value } = await reader.read();
    await reader.cancel();
    return new TextDecoder().decode(value);
  },
};

/** What comes of a request to `path`, which is an echo at `/`. */
export async function perform(client, { path, method, body }) {
  const task = tasks[path] ?? (async () => (method === 'POST' ? await client.post(body) : await client.get()));
  const { value, ...failure } = await outcome(task(client));
  return value ?? failure;
}
