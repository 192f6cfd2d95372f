// `edge-oauth2/all` where nothing better is known: see index.js.
import { init } from './all-slim.js';
import { connect } from '../face/all-kernel.js';
import { refusedWasm } from '../face/refused-wasm.js';
import { wasm } from '../wasm/all-inline.js';

try {
  init(wasm);
} catch (error) {
  connect(refusedWasm(error));
}

export { Guard, JwtVerifier, OAuth2Client, OAuth2Error, parseChallenges, serverTiming, TokenIntrospector } from './all-slim.js';
