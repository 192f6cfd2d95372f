import { createClient } from '@supabase/supabase-js';

export function create({ fetch, translatorUrl }) {
  const client = createClient(translatorUrl, 'an-api-key', { global: { fetch } });
  const textOf = ({ data, error }) => {
    if (error) throw error;
    const [{ method, body }] = data;
    return { method, body: body && JSON.parse(body).text };
  };
  return {
    get: async () => textOf(await client.from('echo').select()),
    post: async (text) => textOf(await client.from('echo').insert({ text }).select()),
    failure: async () => (await client.from('missing').select()).status,
    slow: async (signal) => textOf(await client.from('slow').select().abortSignal(signal)),
  };
}
