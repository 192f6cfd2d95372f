import { proveTests } from '../runner.mjs';

export default {
  title: 'Vitest',
  packages: ['vitest'],
  cells: [{ where: 'Node', run: (context) => proveTests(context, 'vitest', ['run']) }],
};
