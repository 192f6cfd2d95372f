import { createClient } from '@hey-api/client-fetch';

export function create({ fetch, baseUrl }) {
  const client = createClient({ baseUrl, fetch });
  const textOf = ({ method, body }) => ({ method, body: body && JSON.parse(body).text });
  return {
    get: async () => textOf((await client.get({ url: '/echo' })).data),
    post: async (text) => textOf((await client.post({ url: '/echo', body: { text }, headers: { 'content-type': 'application/json' } })).data),
    failure: async () => (await client.get({ url: '/status', query: { is: 404 } })).response.status,
    slow: (signal) => client.get({ url: '/slow', query: { ms: 60_000 }, signal, throwOnError: true }),
    stream: async () => (await client.get({ url: '/stream', query: { chunks: 1000 }, parseAs: 'stream' })).data,
  };
}
