// `edge-oauth2/m2m` for Vercel's edge runtime: see edge-light.js.
import module from '../wasm/edge_oauth2_m2m_bg.wasm?module';
import { init } from './m2m-slim.js';

Object.setPrototypeOf(module, WebAssembly.Module.prototype);
init(module);

export { OAuth2Client, OAuth2Error, serverTiming } from './m2m-slim.js';
