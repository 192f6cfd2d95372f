// `edge-oauth2/m2m` where nothing better is known: see index.js.
import { init } from './m2m-slim.js';
import { wasm } from '../wasm/m2m-inline.js';

init(wasm);

export { OAuth2Client, OAuth2Error, serverTiming } from './m2m-slim.js';
