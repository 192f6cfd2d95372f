// What the fake server answers to token requests (RFC 6749).

import { json } from './messages.js';

const refusal = (error, error_description, status = 400) => json(status, { error, error_description });

/** Answers the request with these parameters, of the client `clientId`, from what was issued. */
export async function grant(issued, clientId, params) {
  const { grant_type: type, scope } = params;
  const facts = { clientId, scope };
  switch (type) {
    case 'client_credentials':
      return json(200, issued.issue(facts));
    case 'password':
      if (!params.username || !params.password) return refusal('invalid_request', 'username and password are missing');
      return json(200, withRefreshToken(issued, { ...facts, subject: params.username }));
    case 'refresh_token': {
      const answer = issued.refresh(params.refresh_token, scope);
      return answer ? json(200, answer) : refusal('invalid_grant', 'the refresh token is unknown, spent or revoked');
    }
    case 'authorization_code':
      return await code(issued, clientId, params);
    default:
      // Extension grants are named by URIs (RFC 6749 §4.5).
      return type?.includes(':') ? json(200, issued.issue(facts)) : refusal('unsupported_grant_type', `no grant is called ${type}`);
  }
}

async function code(issued, clientId, params) {
  const asked = issued.spendCode(params.code);
  if (!asked || asked.clientId !== clientId) return refusal('invalid_grant', 'the code is unknown or spent');
  if (asked.redirectUri !== params.redirect_uri) return refusal('invalid_grant', 'redirect_uri is another than the one that the user was sent with');
  if (asked.challenge && asked.challenge !== (await challengeOf(params.code_verifier ?? ''))) {
    return refusal('invalid_grant', 'code_verifier is not that of the code_challenge');
  }
  return json(200, withRefreshToken(issued, { clientId, scope: asked.scope, subject: 'user' }));
}

function withRefreshToken(issued, facts) {
  const authorization = issued.authorize();
  return { ...issued.issue(facts, authorization), refresh_token: issued.issueRefreshToken(facts, authorization) };
}

/** S256 (RFC 7636 §4.2). */
async function challengeOf(verifier) {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  return btoa(String.fromCharCode(...new Uint8Array(digest))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
