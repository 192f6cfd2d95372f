import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';

const QUERY = gql`query { echo { method body } }`;
const MUTATION = gql`mutation Echo($text: String!) { echo(text: $text) { method body } }`;

export function create({ fetch, translatorUrl }) {
  const at = (path, options) =>
    new ApolloClient({
      link: new HttpLink({ uri: `${translatorUrl}/graphql${path}`, fetch, ...options }),
      cache: new InMemoryCache(),
      defaultOptions: { query: { fetchPolicy: 'network-only' } },
    });
  const textOf = ({ data: { echo } }) => ({ method: echo.method, body: echo.body && JSON.parse(echo.body).variables.text });
  return {
    get: async () => textOf(await at('', { useGETForQueries: true }).query({ query: QUERY })),
    post: async (text) => textOf(await at('').mutate({ mutation: MUTATION, variables: { text } })),
    failure: () => at('/missing').query({ query: QUERY }).then(() => 'no error', ({ statusCode }) => statusCode),
    slow: (signal) => at('/slow').query({ query: QUERY, context: { fetchOptions: { signal } } }),
  };
}
