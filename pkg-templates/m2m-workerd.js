// `edge-oauth2/m2m` for Cloudflare Workers: see workerd.js.
import * as workers from 'cloudflare:workers';
import * as kernel from './edge_oauth2_m2m.js';
import module from './edge_oauth2_m2m_bg.wasm';
import { connect } from './m2m-kernel.js';

kernel.initSync({ module });
connect(kernel, () => workers.waitUntil);

export { OAuth2Client } from './m2m-client.js';
export { OAuth2Error } from './error.js';
export { serverTiming } from './events.js';
