import { createElement } from 'react';
import { perform } from './perform.js';

/** What a page shows: the result, in a form that HTML does not change. */
export async function Result({ query }) {
  const result = encodeURIComponent(JSON.stringify(await perform(query)));
  return createElement('pre', null, `<<${result}>>`);
}
