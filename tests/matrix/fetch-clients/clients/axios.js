import axios from 'axios';

export function create({ fetch, baseUrl }) {
  const client = axios.create({ adapter: 'fetch', env: { fetch }, baseURL: baseUrl });
  return {
    get: async () => (await client.get('/echo')).data,
    post: async (body) => (await client.post('/echo', body, { headers: { 'content-type': 'text/plain' } })).data,
    failure: () => client.get('/status', { params: { is: 404 } }).then(() => 'no error', ({ response }) => response.status),
    slow: (signal) => client.get('/slow', { params: { ms: 60_000 }, signal }),
    stream: async () => (await client.get('/stream', { params: { chunks: 1000 }, responseType: 'stream' })).data,
  };
}
