// Secrets and tokens carry a marker; nothing that can end up in a log does.
import { equal, ok, rejects } from '../assert.mjs';

const marker = 'MARKER';
const secret = `${marker} secret:%+&=/"~-._*`;
const token = `${marker}-access-token`;

/** Everything of a thrown value that somebody may print. */
function printed(error, inspect) {
  const parts = [`${error}`, error.stack, JSON.stringify(error), inspect?.(error)];
  for (const key of Reflect.ownKeys(error)) parts.push(`${String(key)}: ${text(error[key])}`);
  for (const member of ['description', 'error', 'uri', 'code']) parts.push(text(error[member]));
  if (error.cause) parts.push(printed(Object(error.cause), inspect));
  return parts.join('\n');
}

const text = (value) => (typeof value === 'object' ? JSON.stringify(value) : String(value));

/** Runs it and gives all that went to the console meanwhile. */
async function listening(run) {
  const lines = [];
  const methods = ['debug', 'error', 'info', 'log', 'trace', 'warn'];
  const originals = methods.map((method) => console[method]);
  for (const method of methods) console[method] = (...values) => lines.push(values.map(text).join(' '));
  try {
    await run();
  } finally {
    for (const [index, method] of methods.entries()) console[method] = originals[index];
  }
  return lines;
}

export const redaction = {
  'an option error does not show what is secret': async ({ client, inspect }) => {
    const credentials = `user:${marker}`;
    for (const overrides of [
      { clientSecret: [secret] },
      { clientSecret: { value: secret } },
      { clientSecrte: secret },
      { client_secret: secret },
      { clientSecret: `${secret}\u0000`, clientId: 7 },
      { endpointParams: { client_secret: secret } },
      { endpointParams: { key: { nested: secret } } },
      { grant: 'jwt_bearer', assertion: { subject: [secret] } },
      { grant: 'jwt_bearer', assertion: { claims: secret } },
      { grant: 'jwt_bearer', assertion: { claims: { jti: secret } }, privateKey: { key: secret } },
      { grant: 'jwt_bearer', assertion: { lifetimeSeconds: secret } },
      { grant: 'jwt_bearer', assertion: { subject: secret, audience: `${secret}\n` } },
      { headers: { authorization: `Bearer ${token}` } },
      { headers: { 'x-key': `${marker}\nline` } },
      { apiHeaders: { 'x-key': `${marker}\nline` } },
      { apiHeaders: { authorization: `Bearer ${token}` } },
      { refreshOn: [{ text: marker }] },
      { tokenUrl: `http://${credentials}@auth.example/token` },
      { tokenUrl: `https://auth.example/token?key=${marker}`, clientId: 7 },
      { tokenUrl: `ftp://${credentials}@auth.example/` },
      { baseUrl: `http://${credentials}@api.example/` },
    ]) {
      const made = (async () => client({ clientSecret: secret, ...overrides }))();
      const error = await rejects(made, { code: 'invalid_option' });
      showsNothing(printed(error, inspect), JSON.stringify(overrides));
    }
  },

  'neither does any failure, nor the console': async ({ client, behave, inspect }) => {
    const refusal = { error: 'invalid_client', error_description: `${secret} is wrong` };
    const behaviours = [
      { status: 401, body: JSON.stringify(refusal) },
      { status: 400, body: JSON.stringify({ error: 'invalid_client', access_token: token }) },
      { status: 500, body: `<html>${secret} ${token}</html>` },
      { status: 200, headers: { 'content-type': 'text/html' }, body: `<html>${token}</html>` },
      { status: 200, body: `{"access_token":"${token}` },
      { status: 200, body: JSON.stringify({ access_token: `${token} two words` }) },
      { status: 200, body: JSON.stringify({ access_token: `${token}é` }) },
      { status: 200, body: JSON.stringify({ access_token: [token] }) },
      { status: 302, headers: { location: `https://elsewhere.example/?token=${token}` } },
      { merge: { access_token: token, token_type: 'MAC' } },
      { close: true },
      { silent: true },
    ];
    const options = {
      clientSecret: secret,
      endpointParams: { key: marker },
      headers: { 'x-key': marker },
      timeoutMs: 200,
    };
    const lines = await listening(async () => {
      for (const behaviour of behaviours) {
        await behave(behaviour);
        const error = await rejects(client(options).fetch('/echo'));
        showsNothing(printed(error, inspect), JSON.stringify(behaviour));
      }
    });
    equal(lines, [], 'console');
  },

  'a client shows nothing of its options or tokens': async ({ client, behave, inspect }) => {
    await behave({ merge: { access_token: token, refresh_token: marker } });
    const one = client({ endpointParams: { key: marker }, headers: { 'x-key': marker } });
    await one.getToken();
    const shown = [`${one}`, JSON.stringify(one), inspect?.(one), Object.entries(one).join()].join('\n');
    showsNothing(shown, 'a client');
  },
};

function showsNothing(output, what) {
  ok(!output.includes(marker), `${what} shows a secret: ${output}`);
}
