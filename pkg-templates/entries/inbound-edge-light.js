// `edge-oauth2/inbound` for Vercel's edge runtime: see edge-light.js.
import module from '../wasm/edge_oauth2_inbound_bg.wasm?module';
import { init } from './inbound-slim.js';

Object.setPrototypeOf(module, WebAssembly.Module.prototype);
init(module);

export { Guard, JwtVerifier, OAuth2Error, parseChallenges, serverTiming, TokenIntrospector } from './inbound-slim.js';
