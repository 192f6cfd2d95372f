// What nobody listens to and somebody has to know of, told on the console: once in an isolate, and not with every request.

import { remembers } from './memory.js';

const told = new Set();
remembers(() => told.clear());

/** Whether `what` has been told already. */
export const isTold = (what) => told.has(what);

export function notice(what, text) {
  if (isTold(what)) return;
  told.add(what);
  console.warn(`edge-oauth2: ${text}`);
}

/** A store's own words without what may be a key, a record or a password. */
export const shownReason = (reason) => reason.replaceAll(/\/\/[^\s/@]*@/g, '//…@').replaceAll(/[\w+/=.-]{32,}/g, '…').slice(0, 200);

export function noticeStoreError({ operation, reason }) {
  notice(STORE_ERROR, `the store failed (${operation}: ${shownReason(reason)}). Tokens are got without it; the option onEvent hears of every failure.`);
}

export const STORE_ERROR = 'store_error';
