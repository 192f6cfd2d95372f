// No HTTP cache keeps what may be a token, or what is said of one: that of Next.js keeps what is fetched by POST, too.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installPackage } from './package.mjs';

const { load } = await installPackage('compat-http-cache');
const tokenUrl = 'https://auth.example.com/token';
const client = { clientId: 'client', clientSecret: 'secret' };

/** A fetch that answers all with `members`, and what it was asked for. */
function recorder(members) {
  const inits = [];
  const fetch = async (_input, init) => {
    inits.push(init);
    return Response.json(members);
  };
  return { fetch, inits };
}

const asks = {
  async 'simple-oauth2'({ ClientCredentials }, { fetch }, t) {
    t.mock.method(globalThis, 'fetch', fetch);
    const config = { client: { id: 'client', secret: 'secret' }, auth: { tokenHost: 'https://auth.example.com' } };
    await new ClientCredentials(config).getToken({});
  },
  async lowdefy({ connection }, { fetch, inits }) {
    await connection({ baseURL: 'https://api.example.com', auth: { tokenUrl, ...client } }, { fetch }).request({ url: '/' });
    // The API's answers may be kept.
    inits.length = 1;
  },
  async ballerina({ ClientOAuth2Provider, ListenerOAuth2Provider }, { fetch }) {
    await new ClientOAuth2Provider({ tokenUrl, ...client }, { fetch }).generateToken();
    await new ListenerOAuth2Provider({ url: tokenUrl }, { fetch }).authorize('credential');
  },
  async workato({ connection }, { fetch }) {
    const authorization = {
      type: 'custom_auth',
      acquire() {
        return this.post(tokenUrl);
      },
      detect_on: ['nothing'],
      refresh_on: [401],
      apply() {},
    };
    await connection({ authorization }, {}, { fetch }).post(tokenUrl);
  },
};

for (const [name, ask] of Object.entries(asks)) {
  test(name, async (t) => {
    const recorded = recorder({ access_token: 'token', token_type: 'Bearer', expires_in: 3600, active: true });
    await ask(await load(`edge-oauth2/compat/${name}`), recorded, t);
    assert.ok(recorded.inits.length > 0);
    for (const { cache } of recorded.inits) assert.equal(cache, 'no-store');
  });
}
