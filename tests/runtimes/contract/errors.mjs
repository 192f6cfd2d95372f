// What is wrong in the first hour, and how its error reads: in a log, on a console, as JSON.
import { equal, ok, rejects } from '../assert.mjs';

const html = { status: 200, headers: { 'content-type': 'text/html' }, body: '<!doctype html><html><title>Log in</title></html>' };
const refusal = (error) => ({ status: 400, body: JSON.stringify({ error, error_description: 'their words' }) });

/** What the token endpoint does, and what the error says of it. */
const answers = [
  [html, 'invalid_response', "is tokenUrl the token endpoint's URL?"],
  [{ ...html, status: 404 }, 'http_status', "is tokenUrl the token endpoint's URL?"],
  [{ status: 405, body: '' }, 'http_status', "is tokenUrl the token endpoint's URL?"],
  [{ status: 302, headers: { location: 'https://login.example/?next=x' }, body: '' }, 'redirect_refused', "tokenUrl is not the token endpoint's URL"],
  [refusal('invalid_client'), 'token_request_rejected', "clientAuth: 'body'"],
  [refusal('invalid_scope'), 'token_request_rejected', 'invalid_scope: their words; look at scopes'],
  [refusal('unauthorized_client'), 'token_request_rejected', 'unauthorized_client: their words; the server does not let this client use this grant'],
  [refusal('invalid_target'), 'token_request_rejected', 'invalid_target: their words; look at resource and endpointParams.audience'],
];

/** Whether it is one of the user's functions that the stack begins with, in runtimes that write stacks so. */
function leadsTo(name, { stack }) {
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  const place = frames.findIndex((frame) => frame.includes(name));
  // JavaScriptCore hides none of ours.
  ok(place >= 0 && place <= ('line' in new Error() ? 3 : 0), stack);
}

export const errors = {
  'what the server answers leads to what is wrong': async ({ client, behave }) => {
    for (const [behaviour, code, advice] of answers) {
      await behave(behaviour);
      const { message } = await rejects(client({ errorCacheSeconds: 0 }).getToken(), { code });
      ok(message.includes(advice), message);
    }
  },

  'JSON has the message': async ({ client, behave }) => {
    await behave({ ...refusal('invalid_scope'), headers: { 'content-type': 'application/json' } });
    const error = await rejects(client().getToken());
    const read = JSON.parse(JSON.stringify({ error })).error;
    const { message, code, status, description, retryable } = error;
    equal(read, { name: 'OAuth2Error', message, code, error: 'invalid_scope', description, status, retryable });
  },

  'a clone and a text have the message': async ({ client, behave }) => {
    await behave(refusal('invalid_scope'));
    const error = await rejects(client().getToken());
    ok(structuredClone(error).message === error.message && String(error) === `OAuth2Error: ${error.message}`, String(error));
  },

  'a stack leads to the code of whoever called': async ({ client, behave }) => {
    await behave(refusal('invalid_scope'));
    const one = client();
    async function loadUser() {
      return await one.fetch('/echo');
    }
    async function loadToken() {
      return await one.getToken();
    }
    async function loadHeader() {
      return await one.authorizationHeader();
    }
    for (const call of [loadUser, loadToken, loadHeader]) leadsTo(call.name, await rejects(call()));
    const [first, second] = await Promise.all([rejects(loadUser()), rejects(loadToken())]);
    leadsTo('loadUser', first);
    leadsTo('loadToken', second);
  },

  'a stack begins with what is wrong': async ({ client, behave }) => {
    await behave(refusal('invalid_scope'));
    const { stack, message } = await rejects(client().getToken());
    equal(stack.split('\n')[0], `OAuth2Error: ${message}`);
  },

  'no connection: the reason is the cause, in words that may be shown': async ({ client }) => {
    const error = await rejects(client({ tokenUrl: 'http://127.0.0.1:9/token?key=MARKER', timeoutMs: 900 }).getToken(), { code: 'network', retryable: true });
    ok(error.cause instanceof Error && error.message.includes(error.cause.message), error.message);
    ok(![error.message, error.cause.message, error.cause.stack, JSON.stringify(error)].join().includes('MARKER'), error.cause.message);
  },

  'the code that the host gives is in message and cause': async ({ client }) => {
    const broken = Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('no'), { code: 'ECONNRESET' }) });
    const plain = Object.assign(new TypeError('it broke'), { code: 'ENOTFOUND' });
    for (const [thrown, code, message] of [[broken, 'ECONNRESET', 'fetch failed (ECONNRESET)'], [plain, 'ENOTFOUND', 'it broke (ENOTFOUND)']]) {
      const error = await rejects(client({ timeoutMs: 900, fetch: () => Promise.reject(thrown) }).getToken(), { code: 'network' });
      equal([error.cause.message, error.cause.code], [message, code]);
    }
  },

  'a certificate that is no good is asked of once': async ({ client }) => {
    let asked = 0;
    const fetch = () => {
      asked += 1;
      return Promise.reject(Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('certificate has expired'), { code: 'CERT_HAS_EXPIRED' }) }));
    };
    const { message } = await rejects(client({ fetch }).getToken(), { code: 'network', retryable: false });
    ok(asked === 1 && message.includes('certificate is not good'), message);
  },
};
