// The client without its wasm: for who brings the module himself.
import * as kernel from './edge_oauth2.js';
import { connect } from './kernel.js';

let started = false;

export function init(module) {
  if (started) return;
  kernel.initSync({ module });
  connect(kernel);
  started = true;
}

export { OAuth2Client } from './client.js';
export { OAuth2Error } from './error.js';
export { serverTiming } from './events.js';
