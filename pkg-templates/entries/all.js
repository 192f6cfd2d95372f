// `edge-oauth2/all` where nothing better is known: see index.js.
import { init } from './all-slim.js';
import { wasm } from '../wasm/all-inline.js';

init(wasm);

export { Guard, JwtVerifier, OAuth2Client, OAuth2Error, parseChallenges, serverTiming, TokenIntrospector } from './all-slim.js';
