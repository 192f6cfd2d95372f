// Where nothing better is known (Node, Bun, Deno, browsers, bundlers) the wasm comes as text inside
// a module: no file to find, no permission to ask for, nothing a bundler could leave behind.
import { init } from './slim.js';
import { wasm } from '../wasm/inline.js';

init(wasm);

export { OAuth2Client, OAuth2Error, serverTiming } from './slim.js';
