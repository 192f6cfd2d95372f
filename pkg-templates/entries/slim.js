// The client without its wasm: for who brings the module himself.
import * as kernel from '../wasm/edge_oauth2.js';
import { connect } from '../face/kernel.js';
import { ambientWaitUntil } from '../face/platform.js';
import { takeRealTimers } from '../face/timers.js';

let started = false;

export function init(module) {
  if (started) return;
  takeRealTimers();
  kernel.initSync({ module });
  connect(kernel, ambientWaitUntil);
  started = true;
}

export { OAuth2Client } from '../face/client.js';
export { OAuth2Error } from '../face/error.js';
export { serverTiming } from '../face/events.js';
