// What Vercel's bundler makes of `import module from './x.wasm?module'`: the module that it compiled beforehand.

export const wasmModules = {
  name: 'wasm-modules',
  setup(build) {
    build.onResolve({ filter: /\.wasm\?module$/ }, ({ path }) => ({ path, namespace: 'wasm-module' }));
    build.onLoad({ filter: /.*/, namespace: 'wasm-module' }, () => ({ contents: 'export default globalThis.compiled;' }));
  },
};
