// `edge-oauth2/m2m` without its wasm: see slim.js.
import * as kernel from '../wasm/edge_oauth2_m2m.js';
import { connect } from '../face/m2m-kernel.js';
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

export { OAuth2Client } from '../face/m2m-client.js';
export { OAuth2Error } from '../face/error.js';
export { serverTiming } from '../face/events.js';
