// Cloudflare Workers: importing a .wasm file gives a compiled module, the only way to wasm there.
// The namespace is imported whole because older runtimes have no `waitUntil` to import by name.
import * as workers from 'cloudflare:workers';
import * as kernel from '../wasm/edge_oauth2.js';
import module from '../wasm/edge_oauth2_bg.wasm';
import { connect } from '../face/kernel.js';

kernel.initSync({ module });
connect(kernel, () => workers.waitUntil);

export { OAuth2Client } from '../face/client.js';
export { OAuth2Error } from '../face/error.js';
export { serverTiming } from '../face/events.js';
