import { GraphQLClient } from 'graphql-request';

export function create({ fetch, translatorUrl }) {
  const at = (path, options) => new GraphQLClient(`${translatorUrl}/graphql${path}`, { fetch, ...options });
  const textOf = ({ echo: { method, body } }) => ({ method, body: body && JSON.parse(body).variables.text });
  return {
    get: async () => textOf(await at('', { method: 'GET' }).request('{ echo }')),
    post: async (text) => textOf(await at('').request('mutation Echo($text: String!) { echo(text: $text) }', { text })),
    failure: () => at('/missing').request('{ echo }').then(() => 'no error', ({ response }) => response.status),
    slow: (signal) => at('/slow').request({ document: '{ echo }', signal }),
  };
}
