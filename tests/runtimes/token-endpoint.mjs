// A token endpoint in front of the real one, that can be told to misbehave.
import { text } from 'node:stream/consumers';
import { byName, json, listen, route } from './http.mjs';
import { misbehaves, nextBehaviour } from './misbehaviour.mjs';

/**
 * Starts the endpoint in front of `tokenUrl`. Every test has one of its own:
 *
 *     POST /{name}/token      the endpoint
 *     PUT  /{name}/behaviour  what it does from now on (see `answer`), `{}` being: forward
 *     GET  /{name}/seen       the requests that came, and how many tokens were given
 */
export async function startTokenEndpoint(tokenUrl) {
  const endpointOf = byName(() => ({ behaviour: {}, requests: [], grants: 0 }));
  return await listen(async (request, response) => {
    const { name, action } = route(request);
    const endpoint = endpointOf(name);
    const body = await text(request);
    if (action === 'behaviour') {
      endpoint.behaviour = JSON.parse(body);
      return json(response, {});
    }
    if (action === 'seen') {
      return json(response, { requests: endpoint.requests, grants: endpoint.grants });
    }
    const seen = { atMs: Date.now(), method: request.method, url: request.url, headers: request.headers, body, closedEarly: false };
    endpoint.requests.push(seen);
    response.on('close', () => (seen.closedEarly = !response.writableFinished));
    await answer({ tokenUrl, request, response, body, behaviour: nextBehaviour(endpoint), endpoint });
  });
}

/** As `misbehaves` says; else the request is forwarded, `merge` is laid over the answer and `padBytes` makes it long. */
async function answer({ tokenUrl, request, response, body, behaviour, endpoint }) {
  if (await misbehaves(response, behaviour)) {
    if (behaviour.status === 200) endpoint.grants += 1;
    return;
  }
  const { authorization, 'content-type': type } = request.headers;
  const real = await fetch(tokenUrl, {
    method: request.method,
    headers: { 'content-type': type, ...(authorization && { authorization }) },
    body,
  });
  if (real.ok) endpoint.grants += 1;
  const padding = behaviour.padBytes && { padding: 'x'.repeat(behaviour.padBytes) };
  json(response, { ...(await real.json()), ...behaviour.merge, ...padding }, real.status);
}
