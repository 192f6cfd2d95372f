// The doctor finds nothing where all is well, and spends nothing to find it.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import {
  answer,
  api,
  challenge,
  codesOf,
  dateIn,
  elsewhere,
  examined,
  granted,
  isInBody,
  jwt,
  loadDoctor,
  only,
  refused,
  REFUSED,
  says,
  startPlanted,
  TOKEN,
} from './planted.mjs';

const doctor = await loadDoctor('doctor-healthy');
const { plant, close } = await startPlanted();
after(close);

// Where a redirect leads.
plant({ '/file': () => answer(200, {}) });

describe('the doctor finds nothing', { concurrency: 4 }, () => {
  const healthy = {
    'where a token is granted and taken': {},
    'where the server wants the body, and gets it': { answers: only(isInBody), changed: () => ({ clientAuth: 'body' }) },
    'where the style is found by the client itself': { answers: only(isInBody), changed: () => ({ clientAuth: 'auto' }) },
    'in scopes that are written in full, or never listed': {
      answers: says(granted({ scope: 'https://api.example.com/auth/read' })),
      changed: () => ({ scopes: 'read openid https://api.example.com/.default' }),
    },
    'in a life that is said to be assumed': {
      answers: says(granted({ expires_in: undefined })),
      changed: () => ({ defaultLifetimeSeconds: 600 }),
    },
    'in a life of sixty days': { answers: says(granted({ expires_in: 5_184_000 })) },
    'in a life of which a part is left': {
      answers: says(granted({ access_token: jwt({ iat: 1e9, exp: 1e9 + 3600 }), expires_in: 900 })),
    },
    'in a token of another type, which apply sends': {
      answers: says(granted({ token_type: 'mac' })),
      changed: () => ({ apply: ({ headers }, { accessToken }) => headers.set('x-token', accessToken) }),
    },
    'in a redirect of the API within itself': {
      answers: { ...api({ status: 307, headers: { location: 'hallo' } }), '/api/hallo': () => answer(200, {}) },
    },
    'in a given token': { answers: says(REFUSED), changed: () => ({ grant: 'token', token: TOKEN }) },
    'in a given token that is over, whose refresh token the server may take': {
      answers: says(refused('invalid_grant')),
      changed: () => ({ grant: 'token', token: { accessToken: TOKEN, expiresAt: 1, refreshToken: 'MARKER refresh token' } }),
    },
    'in the rest of a life': { answers: says(granted({ access_token: jwt({ iat: 1e9, exp: 1e9 + 3600 }), expires_in: 20 })) },
    'in scopes with commas between them': {
      answers: says(granted({ scope: 'read,write' })),
      changed: () => ({ scopes: 'read write', scopeSeparator: ',' }),
    },
    'in a redirect of the API to where the token must not go': {
      answers: { '/api/hello': ({ headers }) => ({ status: 302, headers: { location: `${elsewhere(headers)}/0/file` } }) },
    },
    'in clients and stores that hold themselves': {
      changed: () => {
        const store = new Map();
        store.self = store;
        const apiHeaders = { accept: 'application/json', 'x-key': 'MARKER of a header' };
        return { store, sealKey: 'MARKER of a seal', apiHeaders, endpointParams: new URLSearchParams({ tenant: 'MARKER of a tenant' }) };
      },
      warned: ['store_does_not_share'],
    },
    'in a date that somebody on the way has kept': {
      answers: says(granted({}, { age: '900', date: dateIn(-900_000) })),
    },
    'in an answer of a mock': {
      changed: () => ({ fetch: async () => ({ ok: true, status: 200, text: async () => `{"access_token":"${TOKEN}","expires_in":60}` }) }),
    },
  };
  for (const [title, { answers, changed, warned = [] }] of Object.entries(healthy)) {
    test(title, async () => {
      const place = plant(answers);
      const diagnosis = await examined(doctor, { ...place.options, ...changed?.(place) });
      assert.deepEqual(codesOf(diagnosis), warned, JSON.stringify(diagnosis.findings));
      assert.ok(diagnosis.ok);
    });
  }
});

describe('nothing is spent', () => {
  const asked = ({ requests }) => requests.map(({ params }) => params.grant_type);

  test('a refresh token is not sent, and the client is tried by one that nobody has issued', async () => {
    const place = plant({ '/token': (request) => (isInBody(request) ? refused('invalid_grant') : REFUSED) });
    const { clientSecret } = place.options;
    const diagnosis = await examined(doctor, { ...place.options, clientSecret, grant: 'refresh_token', refreshToken: 'MARKER refresh token' });
    assert.deepEqual(codesOf(diagnosis), ['wrong_client_authentication']);
    assert.ok(!JSON.stringify(place.requests).includes('MARKER refresh token'));
    assert.match(diagnosis.steps.at(-1).note, /no token/);
  });

  test('a code is not needed to see whether the server lets the client in', async () => {
    for (const error of ['invalid_grant', 'unauthorized_client', 'unsupported_grant_type']) {
      const { options } = plant(says(refused(error)));
      const diagnosis = await examined(doctor, { ...options, grant: 'authorization_code', authorizationUrl: options.tokenUrl });
      assert.deepEqual(diagnosis.findings, [], error);
    }
  });

  test('what a server says of a refresh token that it does not know is nothing wrong', async () => {
    for (const members of [{ error: { code: 190 } }, { error: 'invalid_request', error_description: 'Malformed refresh token' }, { message: 'no' }]) {
      const { options } = plant(says(answer(400, members)));
      const diagnosis = await examined(doctor, { ...options, grant: 'refresh_token', refreshToken: 'MARKER refresh token' });
      assert.deepEqual(diagnosis.findings, [], JSON.stringify(members));
      assert.deepEqual(diagnosis.steps.map(({ outcome }) => outcome), ['passed', 'skipped', 'passed', 'skipped', 'skipped']);
    }
  });

  test('a password is sent once, whatever the server says', async () => {
    const place = plant(says(REFUSED));
    const diagnosis = await examined(doctor, { ...place.options, grant: 'password', username: 'ada', password: 'MARKER password' });
    assert.deepEqual(codesOf(diagnosis), ['wrong_credentials']);
    assert.equal(place.requests.filter(({ params }) => params.password !== undefined).length, 1);
    const wrong = plant(says(refused('invalid_grant')));
    const other = await examined(doctor, { ...wrong.options, grant: 'password', username: 'ada', password: 'MARKER password' });
    assert.deepEqual(codesOf(other), ['wrong_user_credentials']);
    assert.deepEqual(asked(wrong), ['password']);
  });

  test('a ready assertion is not sent', async () => {
    const place = plant(says(refused('invalid_grant')));
    const diagnosis = await examined(doctor, { ...place.options, grant: 'jwt_bearer', assertion: 'MARKER.of.assertion' });
    assert.deepEqual(diagnosis.findings, []);
    assert.deepEqual(asked(place), ['refresh_token']);
  });

  test('a ready assertion of the client is sent once', async () => {
    const place = plant(says(refused('invalid_scope')));
    const { clientSecret, ...options } = place.options;
    const signed = { clientAuth: 'private_key_jwt', clientAssertion: 'MARKER.of.assertion', scopes: 'fly' };
    assert.deepEqual(codesOf(await examined(doctor, { ...options, ...signed })), ['invalid_scope']);
    assert.equal(asked(place).length, 1);
  });

  test('a token that came with a refresh token is not renewed', async () => {
    const place = plant(api(answer(401, {}, challenge('Bearer error="invalid_token"'))));
    const token = { accessToken: TOKEN, refreshToken: 'MARKER refresh token', expiresAt: Date.now() + 60_000 };
    assert.deepEqual(codesOf(await examined(doctor, { ...place.options, grant: 'token', token })), ['api_refuses_token']);
    assert.deepEqual(place.requests.map(({ path }) => path), ['/api/hello']);
  });

  test('a healthy configuration costs one token request', async () => {
    const place = plant();
    await examined(doctor, place.options);
    assert.deepEqual(place.requests.map(({ path }) => path), ['/token', '/api/hello']);
  });
});
