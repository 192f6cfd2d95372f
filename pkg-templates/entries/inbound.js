// `edge-oauth2/inbound` where nothing better is known: see index.js.
import { init } from './inbound-slim.js';
import { wasm } from '../wasm/inbound-inline.js';

init(wasm);

export { Guard, JwtVerifier, OAuth2Error, parseChallenges, serverTiming, TokenIntrospector } from './inbound-slim.js';
