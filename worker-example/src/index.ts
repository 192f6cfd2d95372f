import { OAuth2Client, OAuth2Error } from 'edge-oauth2';

interface Env {
  TOKEN_URL: string;
  SCOPES: string;
  API_URL: string;
  /** Secrets: see wrangler.jsonc. */
  CLIENT_ID: string;
  CLIENT_SECRET: string;
}

export default {
  async fetch(request, env): Promise<Response> {
    // Making a client costs little, and all clients of equal options share one token.
    const api = new OAuth2Client({
      tokenUrl: env.TOKEN_URL,
      clientId: env.CLIENT_ID,
      clientSecret: env.CLIENT_SECRET,
      scopes: env.SCOPES,
      baseUrl: env.API_URL,
    });
    try {
      const { pathname, search } = new URL(request.url);
      // Whoever may call this Worker may use the API through it: ask who they are first.
      if (pathname !== '/token') return await api.fetch(pathname + search, request);
      return await describeToken(api);
    } catch (error) {
      if (!(error instanceof OAuth2Error)) throw error;
      // An OAuth2Error holds no secret and no token: it may be logged.
      console.error(error);
      return Response.json({ error: error.code }, { status: error.retryable ? 503 : 502 });
    }
  },
} satisfies ExportedHandler<Env>;

/** Shows how long the token lasts and whether it was in memory; never the token. */
async function describeToken(api: OAuth2Client): Promise<Response> {
  const start = Date.now();
  const { expiresAt, scope = null, raw } = await api.getToken();
  const obtainedAt = expiresAt - Number(raw.expires_in ?? 3600) * 1000;
  return Response.json({
    cache: obtainedAt < start ? 'hit' : 'miss',
    expiresAt: new Date(expiresAt).toISOString(),
    expiresInSeconds: Math.floor((expiresAt - Date.now()) / 1000),
    scope,
  });
}
