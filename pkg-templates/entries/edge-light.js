// Vercel's edge runtime: `?module` asks its bundler for a compiled module.
import module from '../wasm/edge_oauth2_bg.wasm?module';
import { init } from './slim.js';

// That module was compiled in another realm, where our `instanceof WebAssembly.Module` is not true of it.
Object.setPrototypeOf(module, WebAssembly.Module.prototype);
init(module);

export { OAuth2Client, OAuth2Error, serverTiming } from './slim.js';
