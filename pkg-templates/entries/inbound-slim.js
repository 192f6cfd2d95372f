// `edge-oauth2/inbound` without its wasm: see slim.js.
import * as kernel from '../wasm/edge_oauth2_inbound.js';
import { connect } from '../face/inbound-kernel.js';
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

export { parseChallenges } from '../face/challenges.js';
export { OAuth2Error } from '../face/error.js';
export { serverTiming } from '../face/events.js';
export { Guard } from '../face/guard.js';
export { JwtVerifier } from '../face/jwt-verifier.js';
export { TokenIntrospector } from '../face/token-introspector.js';
