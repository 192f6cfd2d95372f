import { createTRPCClient, httpLink } from '@trpc/client';

export function create({ fetch, translatorUrl }) {
  const client = createTRPCClient({ links: [httpLink({ url: `${translatorUrl}/trpc`, fetch })] });
  return {
    get: () => client.echo.query(),
    post: async (text) => {
      const { method, body } = await client.echo.mutate(text);
      return { method, body: JSON.parse(body) };
    },
    failure: () => client.missing.query().then(() => 'no error', ({ meta }) => meta.response.status),
    slow: (signal) => client.slow.query(undefined, { signal }),
  };
}
