// The contract in Bun.
import { runContractIn } from './foreign.mjs';

await runContractIn('Bun', { under: '@oven', binary: 'bin/bun', args: ['run'] });
