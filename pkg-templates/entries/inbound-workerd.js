// `edge-oauth2/inbound` for Cloudflare Workers: see workerd.js.
import * as workers from 'cloudflare:workers';
import * as kernel from '../wasm/edge_oauth2_inbound.js';
import module from '../wasm/edge_oauth2_inbound_bg.wasm';
import { connect } from '../face/inbound-kernel.js';

kernel.initSync({ module });
connect(kernel, () => workers.waitUntil);

export { parseChallenges } from '../face/challenges.js';
export { OAuth2Error } from '../face/error.js';
export { serverTiming } from '../face/events.js';
export { Guard } from '../face/guard.js';
export { JwtVerifier } from '../face/jwt-verifier.js';
export { TokenIntrospector } from '../face/token-introspector.js';
