// What each place of the application does with a client: the query says what.
import { OAuth2Client } from 'edge-oauth2';

const steps = {
  async redirect(api, { baseUrl }) {
    const response = await api.fetch(`/redirect?to=${encodeURIComponent(`${baseUrl}/echo`)}`);
    return { status: response.status, redirected: response.redirected, method: (await response.json()).method };
  },

  async refused(api, _, { revocation, authorization }) {
    const { accessToken } = await api.getToken();
    await fetch(revocation, { method: 'POST', headers: { authorization }, body: new URLSearchParams({ token: accessToken }), cache: 'no-store' });
    const response = await api.fetch('/echo');
    return { status: response.status, method: (await response.json()).method, isNew: (await api.getToken()).accessToken !== accessToken };
  },

  async refusedTwice(api) {
    const response = await api.fetch('/refuse');
    return { status: response.status, body: await response.json() };
  },

  async refusedByText(api, options, server) {
    return await steps.refused(new OAuth2Client({ ...options, refreshOn: [/invalid_token/] }), options, server);
  },

  /** The API repeats nothing of the request. */
  async status(api) {
    return { status: (await api.fetch('/status?is=200')).status };
  },

  test: (api) => api.test('/echo'),
  testRefused: (api) => api.test('/refuse'),
};

export async function perform({ step, options, server }) {
  const given = JSON.parse(options);
  try {
    return await steps[step](new OAuth2Client(given), given, JSON.parse(server));
  } catch (error) {
    return { error: `${error?.stack}` };
  }
}
