import { createFetch } from 'ofetch';

export function create({ fetch, baseUrl }) {
  const client = createFetch({ fetch }).create({ baseURL: baseUrl });
  return {
    get: () => client('/echo'),
    post: (body) => client('/echo', { method: 'POST', body }),
    failure: () => client('/status', { query: { is: 404 } }).then(() => 'no error', ({ status }) => status),
    slow: (signal) => client('/slow', { query: { ms: 60_000 }, signal }),
    stream: () => client('/stream', { query: { chunks: 1000 }, responseType: 'stream' }),
  };
}
