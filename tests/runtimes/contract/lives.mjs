// How long a token lives that somebody had stored, by a clock that may stand still or be set.
import { equal, ok } from '../assert.mjs';

const hour = 3_600_000;

/** Runs `make` as a Worker's global scope does: the clock stands at 0 there. */
function inGlobalScope(make) {
  const { now } = Date;
  Date.now = () => 0;
  try {
    return make();
  } finally {
    Date.now = now;
  }
}

/** Within a minute of it. */
const about = (actual, expected) => ok(Math.abs(actual - expected) < 60_000, `${actual} is not about ${expected}`);

export const lives = {
  'a stored token read in the global scope is good from its first use on': async ({ client, tokenRequests }) => {
    const token = { access_token: 'given', expires_in: 3600 };
    const rows = [
      [token, hour],
      [{ ...token, expires_in: undefined }, 365 * 24 * hour],
      [{ access_token: 'given', expires_at: Math.floor((Date.now() + hour) / 1000) }, hour],
      [{ ...token, created_at: Math.floor(Date.now() / 1000) - 1800 }, hour / 2],
      ['given', 365 * 24 * hour],
    ];
    for (const [given, life] of rows) {
      const one = inGlobalScope(() => client({ grant: 'token', token: given, identity: JSON.stringify(given) }));
      const { accessToken, expiresAt } = await one.getToken();
      equal(accessToken, 'given');
      about(expiresAt, Date.now() + life);
    }
    equal(await tokenRequests(), [], 'token requests');
  },

  'its Token too': ({ OAuth2Client, client }) => {
    const [free, bound] = inGlobalScope(() => {
      const token = { access_token: 'given', expires_in: 3600 };
      return [OAuth2Client.tokenFrom(token), client().tokenFrom(token)];
    });
    for (const token of [free, bound]) {
      equal([token.expired(), token.expired(3_700)], [false, true]);
      about(token.expiresAt, Date.now() + hour);
      equal(token.expiresAt, token.expiresAt, 'it does not move');
      const { accessToken, expiresAt } = JSON.parse(JSON.stringify(token));
      equal([accessToken, expiresAt], ['given', token.expiresAt]);
    }
  },

  'a stored token that is almost over is not handed out': async ({ client, behave }) => {
    await behave({ status: 200, body: '{"access_token":"new","expires_in":3600}' });
    const almostOver = Date.now() + 300;
    for (const given of [
      { access_token: 'given', expires_at: new Date(almostOver), refresh_token: 'r-1' },
      { access_token: 'given', expires_in: 3600, expires_at: almostOver, refresh_token: 'r-2' },
      { accessToken: 'given', expiresAt: almostOver, refreshToken: 'r-3', raw: { expires_in: 3600 } },
    ]) {
      equal((await client({ grant: 'token', token: given }).getToken()).accessToken, 'new', JSON.stringify(given));
    }
  },

  'a clock that is set back costs a grant at most': async ({ client, grants }) => {
    await client().getToken();
    const { now } = Date;
    Date.now = () => now() - hour;
    try {
      for (let call = 0; call < 5; call += 1) {
        equal((await client().fetch('/echo')).status, 200);
        await new Promise((done) => setTimeout(done, 30));
      }
    } finally {
      Date.now = now;
    }
    equal(await grants(), 2, 'grants');
  },

  'an error is not remembered by a clock that was set back': async ({ client, behave }) => {
    await behave({ status: 400, body: '{"error":"invalid_scope"}', times: 1 });
    const { now } = Date;
    const ask = () => client().getToken().then(() => 'a token', ({ error }) => error);
    Date.now = () => now() + 24 * hour;
    try {
      equal([await ask(), await ask()], ['invalid_scope', 'invalid_scope']);
    } finally {
      Date.now = now;
    }
    equal(await ask(), 'a token');
  },
};
