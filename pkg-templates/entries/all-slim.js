// `edge-oauth2/all` without its wasm: see slim.js.
import * as kernel from '../wasm/edge_oauth2_all.js';
import { connect } from '../face/all-kernel.js';
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

export { parseChallenges } from '../face/all-challenges.js';
export { OAuth2Client } from '../face/all-client.js';
export { OAuth2Error } from '../face/error.js';
export { serverTiming } from '../face/events.js';
export { Guard } from '../face/all-guard.js';
export { JwtVerifier } from '../face/all-jwt-verifier.js';
export { TokenIntrospector } from '../face/all-token-introspector.js';
