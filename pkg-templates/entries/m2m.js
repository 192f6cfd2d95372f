// `edge-oauth2/m2m` where nothing better is known: see index.js.
import { init } from './m2m-slim.js';
import { connect } from '../face/m2m-kernel.js';
import { refusedWasm } from '../face/refused-wasm.js';
import { wasm } from '../wasm/m2m-inline.js';

try {
  init(wasm);
} catch (error) {
  connect(refusedWasm(error));
}

export { OAuth2Client, OAuth2Error, serverTiming } from './m2m-slim.js';
