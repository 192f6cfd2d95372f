// Both entries in one isolate: each has a wasm of its own.
import * as whole from 'edge-oauth2';
import * as slim from 'edge-oauth2/m2m';

export default {
  async fetch() {
    const [one, other] = [whole, slim].map(({ OAuth2Client }) => new OAuth2Client(OPTIONS));
    const tokens = await Promise.all([one, other, one, other].map((client) => client.getToken()));
    const renewed = await tokens[0].refresh();
    const kept = await other.getToken();
    return Response.json({
      isSameError: whole.OAuth2Error === slim.OAuth2Error,
      tokens: [...tokens, renewed, kept].map(({ accessToken }) => accessToken),
    });
  },
};
