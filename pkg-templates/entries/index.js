// Where nothing better is known (Node, Bun, Deno, browsers, bundlers) the wasm comes as text inside
// a module: no file to find, no permission to ask for, nothing a bundler could leave behind.
import { init } from './slim.js';
import { connect } from '../face/kernel.js';
import { refusedWasm } from '../face/refused-wasm.js';
import { wasm } from '../wasm/inline.js';

try {
  init(wasm);
} catch (error) {
  connect(refusedWasm(error));
}

export { OAuth2Client, OAuth2Error, serverTiming } from './slim.js';
