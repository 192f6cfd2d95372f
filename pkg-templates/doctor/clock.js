// Whether this host and the server agree on what time it is.

import { finding } from './diagnosis.js';

/** What is told although all works, and what matters where assertions are signed. */
const WORTH_TELLING_MS = 60_000;
const MATTERS_TO_ASSERTIONS_MS = 5_000;

/** By how many milliseconds this clock is ahead of the server's at least, by its Date header; negative: behind. */
export function aheadMs(exchanges) {
  for (const { headers, sentAt, receivedAt } of exchanges) {
    // What was kept by somebody on the way has the date of then.
    const date = headers === undefined || headers.has('age') ? NaN : Date.parse(headers.get('date') ?? '');
    if (Number.isNaN(date)) continue;
    // The header has whole seconds, and was written at some time in between.
    if (sentAt > date + 1_000) return sentAt - date - 1_000;
    return receivedAt < date ? receivedAt - date : 0;
  }
  return 0;
}

/** What is to be said of the clock, if it is off by enough. */
export function clockFinding(aheadMs, { isRefusedForIt = false, said } = {}) {
  const off = Math.abs(aheadMs);
  if (off < (isRefusedForIt ? MATTERS_TO_ASSERTIONS_MS : WORTH_TELLING_MS)) return undefined;
  const consequence = isRefusedForIt ? ', and so what is signed here is not valid there' : '';
  const values = { seconds: Math.round(off / 1000), consequence };
  return finding(aheadMs > 0 ? 'clock_ahead' : 'clock_behind', values, { said, severity: isRefusedForIt ? 'error' : 'warning' });
}
