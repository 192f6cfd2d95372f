// A host of WASI by jco: one instance for all requests, or with `--per-request` one for each, as other hosts have it.
import { readFileSync } from 'node:fs';
import { HTTPServer } from '@bytecodealliance/preview2-shim/http';
import { WASIShim } from '@bytecodealliance/preview2-shim/instantiation';
import { instantiate } from './out/component.js';

const [port, perRequest] = process.argv.slice(2);
const values = new Map();

/** A bucket of wasi:keyvalue. */
class Bucket {
  get(key) {
    return values.get(key);
  }
  set(key, value) {
    values.set(key, value.slice());
  }
  delete(key) {
    values.delete(key);
  }
}

const modules = new Map();
const moduleOf = (path) => {
  if (!modules.has(path)) modules.set(path, new WebAssembly.Module(readFileSync(new URL(`out/${path}`, import.meta.url))));
  return modules.get(path);
};
const imports = { ...new WASIShim().getImportObject(), 'wasi:keyvalue/store': { Bucket, open: () => new Bucket() } };
const handler = () => instantiate(moduleOf, imports).incomingHandler;
const shared = handler();
const server = new HTTPServer({ handle: (...call) => (perRequest ? handler() : shared).handle(...call) });
server.listen(Number(port), '127.0.0.1');
console.log(`http://127.0.0.1:${port}`);
