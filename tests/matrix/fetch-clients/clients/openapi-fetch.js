import createClient from 'openapi-fetch';

export function create({ fetch, baseUrl }) {
  const client = createClient({ baseUrl, fetch });
  const textOf = ({ method, body }) => ({ method, body: body && JSON.parse(body).text });
  return {
    get: async () => textOf((await client.GET('/echo')).data),
    post: async (text) => textOf((await client.POST('/echo', { body: { text } })).data),
    failure: async () => (await client.GET('/status', { params: { query: { is: 404 } } })).response.status,
    slow: (signal) => client.GET('/slow', { params: { query: { ms: 60_000 } }, signal }),
    stream: async () => (await client.GET('/stream', { params: { query: { chunks: 1000 } }, parseAs: 'stream' })).data,
  };
}
