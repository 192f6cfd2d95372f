// The place where one test happens: its own token endpoint and its own corner of the APIs, told apart
// by a name. Plain JavaScript over fetch: it runs in Node and inside a Worker.

let scenes = 0;

/**
 * `package` is what `import * from 'edge-oauth2'` gave, or from another entry, which leaves out the rooms `leftOut`; `addresses` come from `startServers`, and
 * `runtime` sets two runtimes apart that talk to the same servers.
 */
export function createScene({ package: { OAuth2Client, OAuth2Error }, leftOut = [], addresses, runtime, inspect }) {
  const name = `${runtime}-${(scenes += 1)}`;
  const { clients } = addresses;
  const tokenEndpoint = `${addresses.tokenEndpoint}/${name}`;
  const baseUrl = `${addresses.api}/${name}`;
  const otherUrl = `${addresses.otherApi}/${name}`;
  const options = (overrides) => ({
    tokenUrl: `${tokenEndpoint}/token`,
    clientId: clients.header.id,
    clientSecret: clients.header.secret,
    baseUrl,
    ...overrides,
  });
  const read = async (url) => await (await fetch(url)).json();

  return {
    OAuth2Client,
    OAuth2Error,
    leftOut,
    clients,
    issuer: addresses.issuer,
    /** The authorization server's own, which answers `aud` and nothing else. */
    issuersTokenUrl: addresses.issuersTokenUrl,
    inspect,
    /** An issuer with users (`ada`), found by OpenID Connect's discovery. */
    loginServer: addresses.loginServer,
    redirectUri: addresses.redirectUri,
    /** Sends a user there, who lets the client in; gives the URL that they come back to. */
    async browse(url) {
      const query = new URLSearchParams({ url, until: addresses.redirectUri });
      return (await read(`${addresses.loginServer}/browser?${query}`)).url;
    },
    tokenEndpoint,
    baseUrl,
    otherUrl,
    options,
    /** A new client, as a Worker makes one in every request. */
    client: (overrides) => new OAuth2Client(options(overrides)),
    /** What the token endpoint does from now on; see `startTokenEndpoint`. */
    async behave(behaviour) {
      const body = JSON.stringify(behaviour);
      await fetch(`${tokenEndpoint}/behaviour`, { method: 'PUT', body });
    },
    tokenRequests: async () => (await read(`${tokenEndpoint}/seen`)).requests,
    grants: async () => (await read(`${tokenEndpoint}/seen`)).grants,
    apiRequests: () => read(`${baseUrl}/seen`),
    otherApiRequests: () => read(`${otherUrl}/seen`),
    /** Takes a token back at the authorization server, as RFC 7009 says. */
    async revoke(token) {
      await fetch(addresses.revocation, {
        method: 'POST',
        headers: { authorization: basic(clients.header) },
        body: new URLSearchParams({ token: token.accessToken }),
      });
    },
  };
}

/** The Basic credentials of RFC 6749 §2.3.1: both parts form-urlencoded first. */
export function basic({ id, secret }) {
  const encode = (text) => new URLSearchParams({ '': text }).toString().slice(1);
  return `Basic ${btoa(`${encode(id)}:${encode(secret)}`)}`;
}
