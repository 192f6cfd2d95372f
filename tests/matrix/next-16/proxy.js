import { NextResponse } from 'next/server';
import { api } from './api.js';

export const config = { matcher: '/through' };

/** Answers in the place of a page. */
export async function proxy(request) {
  const response = await api().fetch('/hello', { method: request.method, body: request.method === 'POST' ? await request.text() : undefined });
  return NextResponse.json(await response.json());
}
