import ky from 'ky';

export function create({ fetch, baseUrl }) {
  const client = ky.create({ fetch, prefix: baseUrl });
  return {
    get: () => client.get('echo').json(),
    post: (body) => client.post('echo', { body }).json(),
    failure: () => client.get('status', { searchParams: { is: 404 } }).then(() => 'no error', ({ response }) => response.status),
    slow: (signal) => client.get('slow', { searchParams: { ms: 60_000 }, signal }),
    stream: async () => (await client.get('stream', { searchParams: { chunks: 1000 } })).body,
  };
}
