// The header that names the client: servers read it differently, so there are three ways to write it.
import { equal, ok, rejects } from '../assert.mjs';

const client = { clientId: 'a:b c', clientSecret: 'MARKER+e:f%ü' };
const strict = 'a%3Ab+c:MARKER%2Be%3Af%25%C3%BC';

const utf8 = (base64) => new TextDecoder().decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));

export const clientAuthentication = {
  'id and secret are written as credentialEncoding says': async (scene) => {
    await scene.behave({ status: 200, body: '{"access_token":"a"}' });
    for (const [credentialEncoding, expected] of [
      [undefined, strict],
      ['strict', strict],
      ['loose', 'a:b c:MARKER+e:f%ü'],
      ['interop', 'a%3Ab c:MARKER+e%3Af%ü'],
    ]) {
      await scene.client({ ...client, credentialEncoding }).getToken({ forceRefresh: true });
      const { authorization } = (await scene.tokenRequests()).at(-1).headers;
      equal(utf8(authorization.slice('Basic '.length)), expected, `${credentialEncoding}`);
    }
  },

  'who is refused hears that the header may have been misread, if it may': async (scene) => {
    await scene.behave({ status: 401, body: '{"error":"invalid_client"}' });
    for (const [options, isHinted] of [
      [client, true],
      [{ ...client, credentialEncoding: 'loose' }, true],
      [{ ...client, clientAuth: 'body' }, false],
      [{ clientId: 'plain', clientSecret: 'MARKER' }, false],
    ]) {
      const { message } = await rejects(scene.client(options).getToken(), { error: 'invalid_client' });
      equal(message.includes('credentialEncoding'), isHinted, message);
      ok(!message.includes('MARKER'), message);
    }
  },

  'auto tells of the first refusal, not of what the second attempt came to': async (scene) => {
    const refusals = ['in the header', 'in the body'];
    const fetch = async () => Response.json({ error: 'invalid_client', error_description: refusals.shift() }, { status: 401 });
    const error = await rejects(scene.client({ clientAuth: 'auto', fetch }).getToken(), { error: 'invalid_client' });
    equal([error.description, refusals], ['in the header', []]);
  },
};
