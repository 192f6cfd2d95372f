// JWTs as people check them with jose. It has no introspection.
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { bearer, demand } from './by-token.mjs';

export function create({ JWKS_URL, ISSUER, AUDIENCE }) {
  const keys = createRemoteJWKSet(new URL(JWKS_URL));
  return {
    async verified(request) {
      const { payload } = await jwtVerify(bearer(request), keys, { issuer: ISSUER, audience: AUDIENCE, typ: 'at+jwt' });
      return demand(payload);
    },
  };
}
