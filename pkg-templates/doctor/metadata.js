// What servers say of themselves (RFC 8414, OpenID Connect Discovery), looked for around a URL.

import { parsedObject } from './secrets.js';

const MAX_DOCUMENTS = 4;
const OPENID = '/.well-known/openid-configuration';

/** The metadata of the issuer that `trial` knows, or that is found around `url`; `undefined`: none. */
export async function metadataAround(trial, url) {
  const asked = trial.observer.of('discovery');
  for (const { text } of asked) {
    const known = parsedObject(await text);
    if (typeof known.token_endpoint === 'string') return known;
  }
  const { issuer } = trial.options;
  const named = URL.canParse(issuer) ? [`${String(issuer).replace(/\/$/, '')}${OPENID}`] : [];
  for (const place of [...named, ...placesAround(url)].slice(0, MAX_DOCUMENTS)) {
    if (asked.some((exchange) => exchange.url.href === place)) continue;
    const found = parsedObject((await trial.document(place)).text);
    if (typeof found.token_endpoint === 'string') return found;
  }
  return undefined;
}

/** Issuers have the token endpoint below their own path: that of Keycloak, Okta and Entra ID is one of the first that are tried. */
function placesAround({ origin, pathname }) {
  const segments = pathname.split('/').filter(Boolean);
  const realm = /^(?:\/auth)?(\/realms\/[^/]+)/.exec(pathname);
  const tenant = /^(\/[^/]+)\/oauth2(\/v2\.0)?\/(token|authorize)/.exec(pathname);
  const server = /^(\/oauth2\/[^/]+)\/v1\//.exec(pathname);
  const places = [
    // Keycloak 17 has left out `/auth`.
    ...(realm ? [realm[1] + OPENID, `/auth${realm[1]}${OPENID}`] : []),
    ...(tenant ? [`${tenant[1]}${tenant[2] ?? ''}${OPENID}`] : []),
    ...(server ? [server[1] + OPENID] : []),
    OPENID,
    '/.well-known/oauth-authorization-server',
    ...(segments.length > 1 ? [`/${segments[0]}${OPENID}`] : []),
  ];
  return [...new Set(places)].map((place) => origin + place);
}
