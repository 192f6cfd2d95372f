// `edge-oauth2/all` for Cloudflare Workers: see workerd.js.
import * as workers from 'cloudflare:workers';
import * as kernel from '../wasm/edge_oauth2_all.js';
import module from '../wasm/edge_oauth2_all_bg.wasm';
import { connect } from '../face/all-kernel.js';

kernel.initSync({ module });
connect(kernel, () => workers.waitUntil);

export { parseChallenges } from '../face/all-challenges.js';
export { OAuth2Client } from '../face/all-client.js';
export { OAuth2Error } from '../face/error.js';
export { serverTiming } from '../face/events.js';
export { Guard } from '../face/all-guard.js';
export { JwtVerifier } from '../face/all-jwt-verifier.js';
export { TokenIntrospector } from '../face/all-token-introspector.js';
