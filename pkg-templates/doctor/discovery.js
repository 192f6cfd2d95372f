// Issuers whose metadata cannot be had.

import { intercepted, timedOut, unconnected } from './connections.js';
import { finding } from './diagnosis.js';
import { parsedObject } from './secrets.js';

/** Why there was none: a finding, and what of the options to change to go on. */
export async function undiscovered({ secrets, options }, { error, exchanges }) {
  const issuer = String(options.issuer);
  const asked = exchanges.filter(({ part }) => part === 'discovery');
  const documents = await Promise.all(asked.map(async ({ url, status, text }) => ({ url, status, members: parsedObject(await text) })));
  const host = documents[0]?.url.host ?? issuer;
  const mismatch = documents.find(({ members }) => typeof members.issuer === 'string' && members.issuer !== issuer);
  if (mismatch) return otherIssuer(secrets, issuer, mismatch);
  if (documents.every(({ status }) => status === undefined)) {
    const isLate = error.code === 'timeout' || documents.length === 0;
    if (isLate) return { found: timedOut('discovery', host, options, 'issuer') };
    return { found: unconnected('discovery', host, error.message, { said: secrets.shown(error.message), option: 'issuer' }) };
  }
  const barred = intercepted('discovery', host, documents.at(-1).status);
  if (barred) return { found: barred };
  if (documents.some(({ members }) => typeof members.issuer === 'string')) return { found: finding('metadata_incomplete') };
  const said = documents.map(({ url, status }) => `${url.pathname} ${status ?? 'no answer'}`).join(', ');
  return { found: finding('no_metadata', { host }, { said }) };
}

/** The document is there, and of another issuer: of the same one in another spelling, mostly. */
function otherIssuer(secrets, issuer, { url, members }) {
  const name = secrets.shown(members.issuer);
  const found = (difference, advice) => finding('issuer_mismatch', { difference, advice }, { said: name });
  if (/[{}]/.test(name)) return { found: found('a pattern', "put your tenant's id into issuer, in the place of common or organizations") };
  const withoutSlash = (text) => text.replace(/\/$/, '');
  const isSlash = withoutSlash(members.issuer) === withoutSlash(issuer);
  const difference = isSlash ? 'by the slash at the end' : 'and the two must be the same, character by character';
  const isHere = URL.canParse(members.issuer) && new URL(members.issuer).host === url.host;
  return { found: found(difference, `issuer: '${name}'`), changes: isHere ? { issuer: members.issuer } : undefined };
}
