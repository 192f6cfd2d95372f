// A Worker that uses both sides: the introspection is authorised by the token of a client.

export function gateway({ Guard, OAuth2Client, TokenIntrospector }, { TOKEN_URL, CLIENT_ID, CLIENT_SECRET, INTROSPECTION_URL }) {
  const client = new OAuth2Client({ tokenUrl: TOKEN_URL, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET });
  const guard = new Guard({ introspector: new TokenIntrospector({ introspectionUrl: INTROSPECTION_URL, client }) });
  return { introspected: async (request) => (await guard.authorize(request)).subject };
}
