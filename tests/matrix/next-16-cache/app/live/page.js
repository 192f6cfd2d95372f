import { connection } from 'next/server';
import { createElement, Suspense } from 'react';
import { api } from '../../api.js';

async function Live() {
  // It belongs to a request: what Next.js makes in advance may not look at the clock, as whoever has a token must.
  await connection();
  const response = await api().fetch('/live');
  return createElement('p', null, `answered ${response.status}`);
}

export default function Page() {
  return createElement(Suspense, { fallback: 'wait' }, createElement(Live));
}
