import assert from 'node:assert/strict';

const CLAIM = 'a token is obtained under fake timers, once, and another when the clock is set to its end';

/** A cell that runs a test file by its runner: `tests` have to pass, and the server is asked as often as they say. */
const cell = (where, [command, ...args], passed, grants) => ({
  where,
  run: async ({ run, prove, service }) => {
    const { environment, scene } = service();
    await prove(CLAIM, async () => {
      assert.match(await run(command, args, { env: environment }), passed);
      assert.equal(await scene.grants(), grants);
    });
  },
});

export default {
  title: 'Fake timers',
  packages: ['jest', 'vitest', 'sinon'],
  cells: [
    cell('Jest, CommonJS, modern and legacy', ['jest', 'token.jest.test.js'], /Tests: +5 passed/, 7),
    cell('Jest, CommonJS, faked for all', ['jest', '--fakeTimers={"enableGlobally":true}', 'token.jest.test.js'], /Tests: +5 passed/, 7),
    cell('Vitest', ['vitest', 'run', 'token.vitest.test.js'], /Tests +2 passed/, 4),
    cell('Sinon, in node:test', ['node', '--test', '--test-reporter=tap', 'token.sinon.test.js'], /^# pass 1$/m, 2),
  ],
};
