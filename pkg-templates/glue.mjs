// Makes wasm-bindgen's glue and the wasm smaller: names that both know become short, which no bundler may do, and what
// no entry of ours calls is left out. Whatever is not found as it is expected is an error: wasm-bindgen has changed.
import { execFileSync } from 'node:child_process';

/** What is replaced in the glue, each of it once. */
const UNUSED = [
  // Our entries bring bytes or a module, and wait for nothing.
  [/^async function __wbg_load\([^]*?^}\n/m, ''],
  [/^let __wbg_init_promise;\n[^]*?^export \{ initSync, __wbg_init as default \};\n/m, 'export { initSync };\n'],
  [/^    if \(module !== undefined\) \{\n.*\n {12}\(\{module\} = module\)\n[^]*?^    \}\n/m, '    ({ module } = module);\n'],
  // Wherever there is TextEncoder.encodeInto, and that is everywhere.
  [/^if \(!\('encodeInto' in cachedTextEncoder\)\) \{\n[^]*?^}\n/m, ''],
  // The one closure there is runs wasm's tasks for as long as there is an instance.
  [/^const CLOSURE_DTORS = [^]*?^}\);\n/m, ''],
  [/^ +CLOSURE_DTORS\.unregister\(state\);\n/m, ''],
  [/^ +CLOSURE_DTORS\.register\(real, state, state\);\n/m, ''],
];

/** The glue without what is not used. */
export function withoutUnused(glue) {
  return UNUSED.reduce((text, [pattern, replacement]) => replaceOnce(text, pattern, replacement), glue);
}

/** Gives imports and exports of the wasm in `file` short names, in place, and `glue` the same. */
export function withShortNames(glue, file, features) {
  const names = execFileSync('wasm-opt', [file, '-o', file, ...features, '--minify-imports-and-exports-and-modules']);
  const { imports, exports } = JSON.parse(names);
  const exported = new Map(exports);
  let text = glue.replaceAll(/\bwasm\.(\w+)/g, (_, name) => `wasm.${known(exported, name)}`);
  // The functions of the face that take and give plain values are imported as they are.
  const modules = new Map(Array.from(text.matchAll(/^ +"(.+)": (import\d+),\n/gm), ([, module, name]) => [module, name]));
  const own = modules.get('./edge_oauth2_bg.js');
  const direct = [];
  for (const [module, name, short] of imports) {
    const from = known(modules, module);
    if (from === own) text = replaceOnce(text, new RegExp(`^ {8}${name}: function\\(`, 'm'), () => `        ${short}(`);
    else direct.push(`        ${short}: ${from}.${name},\n`);
  }
  text = replaceOnce(text, /^( +const import0 = \{\n +__proto__: null,\n)/m, (start) => start + direct.join(''));
  return replaceOnce(text, /^    return \{\n +__proto__: null,\n( +".+": import\d+,\n)+ +\};\n/m, `    return { a: ${own} };\n`);
}

function known(names, name) {
  if (names.has(name)) return names.get(name);
  throw new Error(`the glue and the wasm do not agree on ${name}`);
}

function replaceOnce(text, pattern, replacement) {
  const { length } = Array.from(text.matchAll(new RegExp(pattern, `${pattern.flags}g`)));
  if (length !== 1) throw new Error(`the glue has ${length} times what it should have once: ${pattern}`);
  return text.replace(pattern, replacement);
}
