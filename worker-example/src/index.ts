import { OAuth2Client, serverTiming, type OAuth2Event } from 'edge-oauth2';
import { Guard, JwtVerifier, OAuth2Error } from 'edge-oauth2/inbound';
import { coordinator, type TokenCoordinator } from 'edge-oauth2/cloudflare';

// Used if wrangler.jsonc binds it as COORDINATOR.
export { TokenCoordinator } from 'edge-oauth2/cloudflare';

export interface Env {
  TOKEN_URL: string;
  SCOPES: string;
  API_URL: string;
  /** Who issues the tokens of callers, and whom these must be for. */
  ISSUER: string;
  AUDIENCE: string;
  /** Secrets: see wrangler.jsonc. */
  CLIENT_ID: string;
  CLIENT_SECRET: string;
  /** Where isolates share their token: wrangler.jsonc binds one of the two, or none. */
  TOKENS?: KVNamespace;
  COORDINATOR?: DurableObjectNamespace<TokenCoordinator>;
  /** Hears of the way to each token: the page of `npm run dev` shows it. */
  onEvent?: ((event: OAuth2Event) => void) | undefined;
}

/** Making a client costs little, and all clients of equal options share one token. */
function connect(env: Env, onEvent = env.onEvent): OAuth2Client {
  return new OAuth2Client({
    tokenUrl: env.TOKEN_URL,
    clientId: env.CLIENT_ID,
    clientSecret: env.CLIENT_SECRET,
    scopes: env.SCOPES,
    baseUrl: env.API_URL,
    store: env.COORDINATOR ? coordinator(env.COORDINATOR) : env.TOKENS,
    onEvent,
  });
}

/** Lets those through who present a token of the issuer's for this Worker. Its keys are fetched once, for all requests. */
function guard(env: Env): Guard {
  return new Guard({ verifier: new JwtVerifier({ issuer: env.ISSUER, audience: env.AUDIENCE }) });
}

export default {
  async fetch(request, env): Promise<Response> {
    try {
      const { pathname, search } = new URL(request.url);
      if (pathname === '/me') return await describeCaller(request, env);
      // Whoever may call this Worker may use the API through it: ask who they are first.
      if (pathname !== '/token') return await connect(env).fetch(pathname + search, request);
      return await describeToken(env);
    } catch (error) {
      if (!(error instanceof OAuth2Error)) throw error;
      // What a guard throws has the answer for the caller: 400, 401, 403 or 503.
      if (error.response) return error.response;
      // An OAuth2Error holds no secret and no token: it may be logged.
      console.error(error);
      return Response.json({ error: error.code }, { status: error.retryable ? 503 : 502 });
    }
  },

  /** Renews the token when that is due, so that the store has one even if nobody calls for a while. */
  async scheduled(_controller, env): Promise<void> {
    await connect(env).warm();
  },
} satisfies ExportedHandler<Env>;

/** Shows who calls, if the token in the Authorization header is good and reaches that far. */
async function describeCaller(request: Request, env: Env): Promise<Response> {
  const { subject, clientId, scopes } = await guard(env).authorize(request, { scopes: ['read'] });
  return Response.json({ subject, clientId, scopes });
}

/** What an event says about where the token was. */
const PLACES: { [Type in OAuth2Event['type']]?: string } = {
  l1_hit: 'memory',
  stale_served: 'memory',
  flight_wait: 'another request',
  store_hit: 'store',
  grant: 'server',
};

/** Shows where the token came from and how long it lasts; never the token. */
async function describeToken(env: Env): Promise<Response> {
  const events: OAuth2Event[] = [];
  const api = connect(env, (event) => {
    events.push(event);
    env.onEvent?.(event);
  });
  const { expiresAt, scope = null } = await api.getToken();
  const description = {
    from: events.map(({ type }) => PLACES[type]).find(Boolean),
    expiresAt: new Date(expiresAt).toISOString(),
    expiresInSeconds: Math.floor((expiresAt - Date.now()) / 1000),
    scope,
    stats: api.stats(),
  };
  return Response.json(description, { headers: { 'server-timing': serverTiming(events) } });
}
