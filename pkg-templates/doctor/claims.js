// What a token says that is a JWT (RFC 9068). Nobody checks it: it is shown, and compared.

/** Its claims; `undefined` if it is none. */
export function claimsOf(accessToken) {
  const [, payload, signature] = accessToken.split('.');
  if (signature === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === 'object' && claims !== null ? claims : undefined;
  } catch {
    return undefined;
  }
}

/** Whose and for whom it is, in one line. */
export function summaryOf(claims) {
  const { iss, aud, azp, scope, scp, roles } = claims;
  const told = { aud, iss, azp, scope: scope ?? scp, roles };
  const parts = Object.entries(told).filter(([, value]) => value !== undefined);
  return parts.map(([name, value]) => `${name} ${[value].flat().join(' ') || '(empty)'}`).join(', ');
}
