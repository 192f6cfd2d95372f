// What the tests of entries have in common.
import assert from 'node:assert/strict';
import { after } from 'node:test';

/** The server, which is closed when the tests around it are over. */
export async function started(server) {
  const { close } = await server;
  after(close);
  return server;
}

/** The error that `promise` is rejected with. */
export const rejection = (promise) => promise.then(() => assert.fail('it was not rejected'), (error) => error);

/** The token that a request carries. */
export const bearer = ({ headers }) => headers.authorization?.replace('Bearer ', '');
