// What is compared with what: who runs in which Worker, and what is measured of them.

/** Each figure: how often it is repeated, how much it does, and of whom it is worth knowing. Of the contenders the first is ours. */
const OUTBOUND = {
  subject: 'the client',
  worker: 'worker.mjs',
  folder: 'contenders',
  contenders: ['edge-oauth2', 'edge-oauth2-m2m', 'oauth4webapi', 'openid-client', 'badgateway', 'simple-oauth2', 'hand-written'],
  labels: { 'edge-oauth2': 'ours', 'edge-oauth2-m2m': 'm2m' },
  measures: ['oauth4webapi', 'hand-written'],
  plans: {
    cold: { rounds: 15 },
    isolates: { rounds: 7, copies: 40 },
    proxy: { rounds: 7, requests: 2000, isRunning: true },
    hits: { rounds: 7, count: 200_000, isRunning: true },
    memory: { rounds: 3, count: 2_000_000 },
    herd: { rounds: 3 },
    identities: { rounds: 3, hits: { 1: 100_000, 100: 100_000, 10_000: 10_000 }, contenders: ['edge-oauth2', 'edge-oauth2-m2m', 'hand-written'] },
  },
  quick: { cold: { rounds: 5 }, isolates: { rounds: 3, copies: 20 }, proxy: { rounds: 3, requests: 500 }, hits: { rounds: 3, count: 50_000 } },
};

/** Tokens of callers, checked: `by digest` keeps what it knows under a digest of the token, as ours does. */
const INBOUND = {
  subject: 'the checks of callers’ tokens',
  worker: 'inbound-worker.mjs',
  folder: 'contenders/inbound',
  contenders: ['edge-oauth2', 'jose', 'by-digest', 'by-token'],
  labels: { 'edge-oauth2': 'ours', 'by-digest': 'by digest', 'by-token': 'by token' },
  measures: ['jose', 'by-digest', 'by-token'],
  plans: {
    checks: { rounds: 7, count: 50_000, tokens: 2_000, isRunning: true },
    coldCheck: { rounds: 15 },
    flood: { rounds: 2, count: 50_000 },
  },
  quick: { checks: { rounds: 3, count: 20_000, tokens: 500 }, coldCheck: { rounds: 5 }, flood: { count: 10_000 } },
};

export const SERIES = { outbound: OUTBOUND, inbound: INBOUND };

/** What a contender is called in tables and plots. */
export function labelOf({ labels }, name) {
  return labels[name] ?? name;
}

/** The names of all figures. */
export const FIGURES = Object.values(SERIES).flatMap(({ plans }) => Object.keys(plans));
