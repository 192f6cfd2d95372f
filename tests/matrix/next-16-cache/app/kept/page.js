import { cacheLife } from 'next/cache';
import { connection } from 'next/server';
import { createElement, Suspense } from 'react';
import { api } from '../../api.js';

async function status() {
  'use cache';
  cacheLife('hours');
  return (await api().fetch('/kept')).status;
}

async function Kept() {
  // `next build` has no secrets.
  await connection();
  return createElement('p', null, `answered ${await status()}`);
}

export default function Page() {
  return createElement(Suspense, { fallback: 'wait' }, createElement(Kept));
}
