// Compiled, not run: the types of a Worker that shares its tokens.
import { OAuth2Client } from 'edge-oauth2';
import { coordinator, TokenCoordinator } from 'edge-oauth2/cloudflare';
import { d1Store } from 'edge-oauth2/stores/d1';
import { spans } from 'edge-oauth2/telemetry';
import { tracing } from 'cloudflare:workers';

interface Env {
  TOKENS: KVNamespace;
  COORDINATOR: DurableObjectNamespace<TokenCoordinator>;
  DB: D1Database;
  OTHER: DurableObjectNamespace;
}
declare const env: Env;
const required = { tokenUrl: 'https://auth.example.com/token', clientId: 'id', clientSecret: 'secret' };

new OAuth2Client({ ...required, store: env.TOKENS });
new OAuth2Client({ ...required, store: coordinator(env.COORDINATOR) });
new OAuth2Client({ ...required, store: d1Store(env.DB) });
new OAuth2Client({ ...required, tracing: spans(tracing) });
declare const context: ExecutionContext;
spans(context.tracing);

// @ts-expect-error not a store, but what one is made of
new OAuth2Client({ ...required, store: env.COORDINATOR });
// @ts-expect-error a namespace of something else
coordinator(env.OTHER);
// @ts-expect-error not a namespace of Durable Objects
coordinator(env.TOKENS);

export { TokenCoordinator };

// @ts-expect-error not a database
d1Store(env.TOKENS);
