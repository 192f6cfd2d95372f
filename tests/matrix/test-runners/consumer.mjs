import assert from 'node:assert/strict';

const CLAIM = 'programs are tested with a fake authorization server, a clock and a reset';

/** A cell that runs a test file by its runner, and looks whether as many tests as it has have passed. */
const cell = (where, [command, ...args], passed, options) => ({
  where,
  run: ({ run, prove, dir }) =>
    prove(CLAIM, async () => {
      const printed = await run(command, args, { ...options, cwd: `${dir}/${options?.folder ?? ''}` });
      assert.match(printed, passed);
    }),
});

export default {
  title: 'Test runners',
  packages: ['vitest', '@cloudflare/vitest-plugin', 'jest'],
  cells: [
    cell('node:test', ['node', '--test', '--test-reporter=tap', 'orders.node.test.js'], /^# pass 4$/m),
    cell('Bun’s test runner', ['bun', 'test', './orders.node.test.js'], /^ 4 pass$/m),
    cell('Deno’s test runner', ['deno', 'test', '--allow-all', '--no-check', 'orders.node.test.js'], /4 passed/),
    cell('Vitest', ['vitest', 'run'], /Tests +4 passed/),
    ...['jsdom', 'happy-dom', 'edge-runtime'].map((name) => cell(`Vitest, environment ${name}`, ['vitest', 'run', '--environment', name], /Tests +4 passed/)),
    cell('Vitest in workerd (formerly vitest-pool-workers)', ['vitest', 'run'], /Tests +6 passed/, { folder: 'workers' }),
    cell('Jest, CommonJS made by Babel', ['jest', 'orders.jest.test.js'], /Tests: +4 passed/),
    cell('Jest, ES modules', ['jest', 'orders.jest.test.js'], /Tests: +4 passed/, { env: { NODE_OPTIONS: '--experimental-vm-modules' } }),
  ],
};
