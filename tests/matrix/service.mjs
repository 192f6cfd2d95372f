// What an application is given to talk to, and what is asked of every application that talks to it.
import assert from 'node:assert/strict';
import { basic, createScene } from '../runtimes/scene.mjs';

/** What hangs is a failure, and not the end of the run. */
const HANGS_MS = 60_000;

/**
 * A token endpoint and an API for one application, as its environment has them. The application sends the API what it is
 * sent itself, and answers with the API's answer, an echo.
 */
export function createService({ addresses, name, prove }) {
  const scene = createScene({ package: {}, addresses, runtime: name });
  const { tokenUrl, clientId, clientSecret, baseUrl } = scene.options();

  /** The bearer token that the API saw last. */
  async function lastToken() {
    const { authorization } = (await scene.apiRequests()).at(-1);
    return authorization.replace(/^Bearer /, '');
  }

  return {
    scene,
    environment: { TOKEN_URL: tokenUrl, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret, API_URL: baseUrl },
    lastToken,
    revoke: async () => await scene.revoke({ accessToken: await lastToken() }),

    /**
     * That the application at that URL obtains a token (`grants: 0` where it finds one), keeps it, and renews one that is
     * refused, for a POST whose body is sent again. `call(init)` takes the place of a request.
     */
    async proveClient(url, { grants = 1, call = (init) => ask(url, init), post = true } = {}) {
      const before = await scene.grants();
      await prove('a token is obtained', async () => {
        assert.equal((await call({ method: 'GET' })).method, 'GET');
        assert.equal(await scene.grants(), before + grants);
      });
      await prove('a second request makes no second grant', async () => {
        await call({ method: 'GET' });
        assert.equal(await scene.grants(), before + grants);
      });
      await prove(`a 401 is renewed once${post ? ', a POST sent again' : ''}`, async () => {
        const refused = await lastToken();
        await scene.revoke({ accessToken: refused });
        // Of a type that no form has: frameworks take those for an attack.
        const headers = { 'content-type': 'application/octet-stream' };
        const { method, body } = await call(post ? { method: 'POST', body: 'what is posted', headers } : { method: 'GET' });
        assert.deepEqual([method, body], post ? ['POST', 'what is posted'] : ['GET', '']);
        assert.equal(await scene.grants(), before + grants + 1);
        assert.notEqual(await lastToken(), refused);
      });
    },
  };
}

/** The JSON that is answered; anything but a 200 is an error that tells the answer. */
export async function ask(url, init) {
  const response = await fetch(url, { signal: AbortSignal.timeout(HANGS_MS), ...init });
  const text = await response.text();
  assert.equal(response.status, 200, `${url} answers ${response.status}: ${text.slice(0, 2000)}`);
  return JSON.parse(text);
}

/** What tells the authorization server to take a token of this service back, from within an application. */
export function revocation({ addresses }) {
  return { revocation: addresses.revocation, authorization: basic(addresses.clients.header) };
}
