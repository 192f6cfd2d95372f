// Requests to the authorization server that a token of a client's authorises.

import { hostFetch } from './host.js';
import { discard } from './response.js';

/** `fetch`, with the token of `client` on what is posted; once more with another where the first is refused. */
export function authorised(client, fetch = hostFetch) {
  const send = async (input, init, options) => {
    const authorization = await client.authorizationHeader({ ...options, signal: init.signal });
    return await fetch(input, { ...init, headers: [...init.headers, ['authorization', authorization]] });
  };
  return async (input, init) => {
    // What an issuer says about itself is for everybody.
    if (init.method !== 'POST') return await fetch(input, init);
    const response = await send(input, init);
    if (response.status !== 401) return response;
    discard(response);
    return await send(input, init, { forceRefresh: true });
  };
}
