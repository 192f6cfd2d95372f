// The stacks of errors. Wasm makes its own when nothing of the user's runs any more, and they would lead nowhere.

import { circles, isOurs, OAuth2Error } from './error.js';

/** What of an error is not enumerable, beside its stack. */
const HIDDEN = ['message', 'cause', 'response'];

/** What `promise` comes to. An error of ours is told by one that was made where the user called the function `ours`. */
export function located(promise, ours) {
  const made = madeAt(ours);
  return promise.catch((error) => {
    throw isOurs(error) ? told(made, error) : error;
  });
}

/** An error that says nothing yet. Its stack begins where `ours` was called. */
function madeAt(ours) {
  const made = new OAuth2Error();
  // In JavaScriptCore a function that ends with a call is on no stack. Elsewhere not every browser has it.
  if (!('line' in made)) Error.captureStackTrace?.(made, ours);
  return made;
}

/** `made` as the `error` itself, but for its stack. Where that is written when it is read, Node forgets then which line of code to show. */
function told(made, error) {
  delete made.retryable;
  Object.assign(made, error);
  for (const name of HIDDEN) if (Object.hasOwn(error, name)) Object.defineProperty(made, name, Object.getOwnPropertyDescriptor(error, name));
  if (circles.has(error)) circles.add(made);
  if (isWrittenAtOnce()) made.stack = String(made.stack).replace(/^OAuth2Error$/m, () => String(made));
  return made;
}

let writtenAtOnce;

/** Whether stacks are written when errors are made, and begin with what these said then: in JavaScriptCore and workerd. */
function isWrittenAtOnce() {
  if (writtenAtOnce === undefined) {
    const made = madeAt();
    made.message = 'read';
    writtenAtOnce = !String(made.stack).includes('read');
  }
  return writtenAtOnce;
}
