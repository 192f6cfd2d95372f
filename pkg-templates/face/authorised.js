// Requests to the authorization server that a token of a client's authorises.

import { boundedText, hostFetch } from './host.js';
import { discard } from './response.js';

/** Of what a server says when it refuses. */
const MAX_BYTES = 64 * 1024;

/** `fetch`, with the token of `client` on what is posted; once more with another where the first is refused. */
export function authorised(client, fetch = hostFetch) {
  const send = async (input, init, options) => {
    const authorization = await client.authorizationHeader({ ...options, signal: init.signal });
    const response = await fetch(input, { ...init, headers: [...init.headers, ['authorization', authorization]] });
    return { authorization, response };
  };
  return async (input, init) => {
    // What an issuer says about itself is for everybody.
    if (init.method !== 'POST') return await fetch(input, init);
    let sent = await send(input, init);
    if (sent.response?.status === 401) {
      discard(sent.response);
      sent = await send(input, init, { forceRefresh: true });
    }
    return sent.response?.status >= 400 ? await withoutToken(sent) : sent.response;
  };
}

/** A refusal that does not repeat the token to whoever reads of it: wasm knows the secrets that it sends itself. */
async function withoutToken({ authorization, response }) {
  const { status, headers } = response;
  const text = (await boundedText(response, MAX_BYTES)) ?? '';
  const token = authorization.split(' ').at(-1);
  return { status, headers, text: async () => text.replaceAll(token, '…') };
}
