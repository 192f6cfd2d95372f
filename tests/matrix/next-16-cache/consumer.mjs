// With Cache Components, which make a page in advance but for what waits for the request.
import assert from 'node:assert/strict';
import { site } from '../next.mjs';

/** Two requests of the page at `path`, of which the API sees as many as `asked`. */
const cell = (where, path, asked) => ({
  where,
  run: async (context) => {
    const { environment, scene } = context.service();
    await context.prove(`two requests are ${asked} of the API, by one token`, async () => {
      const { url } = await site(context, environment);
      for (let count = 0; count < 2; count += 1) {
        assert.match(await (await fetch(`${url}/${path}`)).text(), /answered 200/);
      }
      assert.equal((await scene.apiRequests()).length, asked);
      assert.equal(await scene.grants(), 1);
    });
  },
});

export default {
  title: 'Next.js 16, Cache Components',
  packages: ['next'],
  cells: [cell('a component after `await connection()`', 'live', 2), cell("a function with `'use cache'`", 'kept', 1)],
};
