import { env } from 'cloudflare:workers';
import { Guard, JwtVerifier, OAuth2Error, type AuthorizeOptions, type Principal } from 'edge-oauth2/inbound';
import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';

const verifier = new JwtVerifier({ issuer: env.ISSUER, audience: env.AUDIENCE });
const guard = new Guard({ verifier });

const callers = (requirements?: AuthorizeOptions) =>
  createMiddleware<{ Variables: { caller: Principal } }>(async (c, next) => {
    try {
      c.set('caller', await guard.authorize(c.req.raw, requirements));
    } catch (error) {
      if (error instanceof OAuth2Error && error.response) return error.response;
      throw error;
    }
    await next();
  });

const app = new Hono();
app.get('/things', callers({ scopes: 'read' }), (c) => c.json({ hello: c.var.caller.subject }));

export default app;
