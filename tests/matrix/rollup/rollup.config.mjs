import { nodeResolve } from '@rollup/plugin-node-resolve';

export default {
  input: 'server.js',
  external: [/^node:/],
  plugins: [nodeResolve()],
  output: { file: 'out.mjs' },
};
