import { Client, fetchExchange, gql } from '@urql/core';

const QUERY = gql`query { echo { method body } }`;
const MUTATION = gql`mutation Echo($text: String!) { echo(text: $text) { method body } }`;

export function create({ fetch, translatorUrl }) {
  const at = (path, options) => new Client({ url: `${translatorUrl}/graphql${path}`, fetch, exchanges: [fetchExchange], requestPolicy: 'network-only', ...options });
  const textOf = ({ data, error }) => {
    if (error) throw error;
    return { method: data.echo.method, body: data.echo.body && JSON.parse(data.echo.body).variables.text };
  };
  return {
    get: async () => textOf(await at('', { preferGetMethod: 'force' }).query(QUERY, {})),
    post: async (text) => textOf(await at('').mutation(MUTATION, { text })),
    failure: async () => (await at('/missing').query(QUERY, {})).error.response.status,
    slow: async (signal) => textOf(await at('/slow', { fetchOptions: { signal }, fetch: (input, init) => fetch(input, { ...init, signal }) }).query(QUERY, {})),
  };
}
