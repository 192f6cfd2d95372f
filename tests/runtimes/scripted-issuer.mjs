// An issuer whose endpoints do as they are told: it answers about tokens, has keys, and signs whatever it is asked to.
import { text } from 'node:stream/consumers';
import { byName, json, listen, route } from './http.mjs';
import { OPAQUE } from './inbound-scene.mjs';
import { misbehaves, nextBehaviour } from './misbehaviour.mjs';
import { createKeys, sign } from './signing-keys.mjs';

/**
 * Starts it. Every test has an issuer of its own, `{url}/{name}`, whose endpoints are
 *
 *     POST /{name}/introspect                         about a token that says itself what to answer, else inactive
 *     GET  /{name}/jwks                               its keys
 *     GET  /{name}/.well-known/openid-configuration   where these are
 *
 * and for the test
 *
 *     POST /{name}/sign                   a token: `{ header, payload, key, secret }`, as `sign` has it, `key` being its name
 *     PUT  /{name}/behaviour/{endpoint}   what that endpoint does from now on, `{}` being: its work
 *     GET  /{name}/seen/{endpoint}        the requests that came there
 */
export async function startScriptedIssuer() {
  const keys = await createKeys();
  const endpointOf = byName(() => ({ behaviour: {}, requests: [] }));
  const server = await listen(async (request, response) => {
    const { name, action, path } = route(request);
    const body = await text(request);
    const endpoint = endpointOf(`${name}/${path.split('/')[3]}`);
    if (action === 'behaviour') {
      endpoint.behaviour = JSON.parse(body);
      return json(response, {});
    }
    if (action === 'seen') return json(response, endpoint.requests);
    if (action === 'sign') {
      const { key, secret, ...order } = JSON.parse(body);
      // The public key as a text is what an HMAC is made with where algorithms are confused.
      return json(response, { token: await sign({ ...order, key: keys[key], secret: keys[secret]?.pem ?? secret }) });
    }
    const own = endpointOf(`${name}/${action}`);
    const { method, headers, url } = request;
    const seen = { method, headers, url, body, closedEarly: false };
    own.requests.push(seen);
    response.on('close', () => (seen.closedEarly = !response.writableFinished));
    const behaviour = nextBehaviour(own);
    if (await misbehaves(response, behaviour)) return;
    const issuer = `${server.url}/${name}`;
    await answers[action]?.({ issuer, request, response, body, behaviour, keys });
    if (!response.writableEnded) json(response, {}, 404);
  });
  return server;
}

const answers = {
  /** `merge` is laid over the answer and `padBytes` makes it long; `signed` are members of the header and payload of RFC 9701. */
  async introspect({ issuer, request, response, body, behaviour, keys }) {
    const token = new URLSearchParams(body).get('token') ?? '';
    const answer = { ...about(token), ...behaviour.merge, ...padding(behaviour) };
    if (!behaviour.signed) return json(response, answer);
    const { key = 'ES256', header, payload } = behaviour.signed;
    const [id] = Buffer.from(request.headers.authorization?.split(' ')[1] ?? '', 'base64').toString().split(':');
    const jwt = await sign({
      header: { alg: keys[key].jwk.alg, kid: key, typ: 'token-introspection+jwt', ...header },
      payload: {
        iss: issuer,
        aud: decodeURIComponent(id.replaceAll('+', ' ')),
        iat: Math.floor(Date.now() / 1000),
        token_introspection: answer,
        ...payload,
      },
      key: keys[key],
    });
    response.writeHead(200, { 'content-type': 'application/token-introspection+jwt' }).end(jwt);
  },

  /** `keys` are names of keys, or keys as they are; `set` is a whole set. */
  jwks({ response, behaviour, keys }) {
    const { keys: chosen = Object.keys(keys), set } = behaviour;
    const given = chosen.map((key) => (typeof key === 'string' ? keys[key].jwk : key));
    json(response, set ?? { keys: given, ...padding(behaviour) });
  },

  '.well-known'({ issuer, response, behaviour, request }) {
    if (!request.url.endsWith('/openid-configuration')) return;
    const endpoints = { token_endpoint: `${issuer}/token`, introspection_endpoint: `${issuer}/introspect`, jwks_uri: `${issuer}/jwks` };
    json(response, { issuer, ...endpoints, ...behaviour.merge });
  },
};

function about(token) {
  try {
    return JSON.parse(Buffer.from(token.slice(OPAQUE.length), 'base64url'));
  } catch {
    return { active: false };
  }
}

const padding = ({ padBytes }) => padBytes && { padding: 'x'.repeat(padBytes) };
