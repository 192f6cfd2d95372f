// A real authorization server (oidc-provider) on a free loopback port that lets users in, and a browser to do it with.
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';
import { json, listen } from './http.mjs';
import { Records } from './records.mjs';

/**
 * Starts oidc-provider with the authorization code grant and rotating refresh tokens: `/auth`, `/token` and
 * `/token/revocation`. Whoever comes is `ada`, and lets every client in. `/browser?url=…&until=…` is her browser,
 * for tests that have none.
 */
export async function startLoginServer({ clients }) {
  const { url, close } = await listen((request, response) => handle(request, response));
  const records = new Map();
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const provider = new Provider(url, {
    adapter: (model) => new Records(records, model),
    clients: clients.map((client) => ({ grant_types: ['authorization_code', 'refresh_token'], ...client })),
    cookies: { keys: ['unused'] },
    features: { devInteractions: { enabled: false }, revocation: { enabled: true } },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    interactions: { url: (_, { uid }) => `/login/${uid}` },
    issueRefreshToken: () => true,
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' }] },
    async loadExistingGrant({ oidc }) {
      const grant = new provider.Grant({ accountId: oidc.session.accountId, clientId: oidc.client.clientId });
      grant.addOIDCScope('openid profile');
      await grant.save();
      return grant;
    },
    rotateRefreshToken: true,
    scopes: ['openid', 'profile'],
  });
  const protocol = provider.callback();
  const handle = async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, url);
    if (pathname.startsWith('/login/')) {
      return provider.interactionFinished(request, response, { login: { accountId: 'ada' } });
    }
    if (pathname !== '/browser') return protocol(request, response);
    const arrived = await browse(searchParams.get('url'), searchParams.get('until'));
    json(response, { url: arrived.href });
  };
  return {
    url,
    close,
    /** Whether the server's own userinfo endpoint takes an access token. */
    async isActive(accessToken) {
      const response = await fetch(`${url}/me`, { headers: { authorization: `Bearer ${accessToken}` } });
      return response.status === 200 && (await response.json()).sub === 'ada';
    },
  };
}

/** Goes from redirect to redirect as a browser does, with its cookies, until it is sent to `until`. */
export async function browse(url, until) {
  const cookies = new Map();
  for (let next = url; ;) {
    const response = await fetch(next, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      if (value) cookies.set(name, value);
      else cookies.delete(name);
    }
    const location = response.headers.get('location');
    if (!location) throw new Error(`no redirect, but ${response.status}: ${await response.text()}`);
    next = new URL(location, next).href;
    if (next.startsWith(until)) return new URL(next);
  }
}
