// `edge-oauth2/m2m` for Cloudflare Workers: see workerd.js.
import * as workers from 'cloudflare:workers';
import * as kernel from '../wasm/edge_oauth2_m2m.js';
import module from '../wasm/edge_oauth2_m2m_bg.wasm';
import { connect } from '../face/m2m-kernel.js';

kernel.initSync({ module });
connect(kernel, () => workers.waitUntil);

export { OAuth2Client } from '../face/m2m-client.js';
export { OAuth2Error } from '../face/error.js';
export { serverTiming } from '../face/events.js';
