import { proveTests } from '../runner.mjs';

export default {
  title: '`@cloudflare/vitest-pool-workers`',
  packages: ['@cloudflare/vitest-pool-workers', 'vitest'],
  cells: [{ where: 'workerd', run: (context) => proveTests(context, 'vitest', ['run']) }],
};
