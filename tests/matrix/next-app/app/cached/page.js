import { createElement } from 'react';
import { Result } from '../result.js';

// Every fetch of this place is kept on disk, unless it says that it must not be.
export const fetchCache = 'default-cache';

export default async function Page({ searchParams }) {
  return createElement(Result, { query: await searchParams });
}
