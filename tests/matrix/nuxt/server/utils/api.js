import { OAuth2Client } from 'edge-oauth2';

/** For each event: on Cloudflare there is no environment before it. */
export function api(event) {
  const { tokenUrl, clientId, clientSecret, apiUrl } = useRuntimeConfig(event);
  return new OAuth2Client({ tokenUrl, clientId, clientSecret, baseUrl: apiUrl });
}
