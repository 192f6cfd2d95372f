import { createElement } from 'react';
import { Result } from '../result.js';

export const runtime = 'edge';
export const dynamic = 'force-dynamic';

export default async function Page({ searchParams }) {
  return createElement(Result, { query: await searchParams });
}
