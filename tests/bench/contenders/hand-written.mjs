// What people write by hand: no flight, no store, no expiry in the background.

export function create({ TOKEN_URL, CLIENT_ID, CLIENT_SECRET }) {
  let cached;
  let expiresAt = 0;
  const getToken = async () => {
    if (cached && Date.now() < expiresAt) return cached;
    const response = await fetch(TOKEN_URL, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${CLIENT_ID}:${CLIENT_SECRET}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    if (!response.ok) throw new Error(`the token endpoint answered ${response.status}`);
    const token = await response.json();
    expiresAt = Date.now() + (token.expires_in - 10) * 1000;
    return (cached = token.access_token);
  };
  return withToken(getToken);
}

/** The protected API, called as people do it who have a function that brings a token. */
export function withToken(getToken) {
  return {
    getToken,
    async authorizationHeader() {
      return `Bearer ${await getToken()}`;
    },
    async fetch(url) {
      return fetch(url, { headers: { authorization: `Bearer ${await getToken()}` } });
    },
  };
}

/** A cache in front of a client that has none. */
export function cached(grant) {
  let held;
  let expiresAt = 0;
  return withToken(async () => {
    if (held && Date.now() < expiresAt) return held;
    const { accessToken, expiresIn } = await grant();
    expiresAt = Date.now() + (expiresIn - 10) * 1000;
    return (held = accessToken);
  });
}
