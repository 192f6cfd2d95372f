// `edge-oauth2/all` for Vercel's edge runtime: see edge-light.js.
import module from '../wasm/edge_oauth2_all_bg.wasm?module';
import { init } from './all-slim.js';

Object.setPrototypeOf(module, WebAssembly.Module.prototype);
init(module);

export { Guard, JwtVerifier, OAuth2Client, OAuth2Error, parseChallenges, serverTiming, TokenIntrospector } from './all-slim.js';
