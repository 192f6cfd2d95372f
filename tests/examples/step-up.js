import { parseChallenges } from 'edge-oauth2/inbound';

/** What an API wants that refused a token: the scopes to ask for, and where it says which server to ask. */
export function wanted(response) {
  const challenges = parseChallenges(response.headers.get('www-authenticate'));
  const bearer = challenges.find(({ scheme }) => scheme.toLowerCase() === 'bearer');
  const { error, scope, resource_metadata: metadata } = bearer?.parameters ?? {};
  return { error, scopes: scope?.split(' ') ?? [], metadata };
}
