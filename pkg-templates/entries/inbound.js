// `edge-oauth2/inbound` where nothing better is known: see index.js.
import { init } from './inbound-slim.js';
import { connect } from '../face/inbound-kernel.js';
import { refusedWasm } from '../face/refused-wasm.js';
import { wasm } from '../wasm/inbound-inline.js';

try {
  init(wasm);
} catch (error) {
  connect(refusedWasm(error));
}

export { Guard, JwtVerifier, OAuth2Error, parseChallenges, serverTiming, TokenIntrospector } from './inbound-slim.js';
