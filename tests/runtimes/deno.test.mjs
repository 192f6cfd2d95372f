// The contract in Deno. The package needs no permission but that for the network.
import { runContractIn } from './foreign.mjs';

const args = ['run', '--no-prompt', '--node-modules-dir=manual', '--allow-net=127.0.0.1'];
await runContractIn('Deno', { under: '@deno', binary: 'deno', args });
