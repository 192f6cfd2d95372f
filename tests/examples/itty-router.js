import { env } from 'cloudflare:workers';
import { Guard, JwtVerifier } from 'edge-oauth2/inbound';
import { AutoRouter, error } from 'itty-router';

const verifier = new JwtVerifier({ issuer: env.ISSUER, audience: env.AUDIENCE });
const guard = new Guard({ verifier });

const callers = (requirements) => async (request) => {
  request.caller = await guard.authorize(request, requirements);
};

const router = AutoRouter({ catch: (thrown) => thrown.response ?? error(thrown) });
router.get('/things', callers({ scopes: 'read' }), ({ caller }) => ({ hello: caller.subject }));

export default router;
