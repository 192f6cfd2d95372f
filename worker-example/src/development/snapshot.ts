// What the live page knows: the answer to `GET /development/snapshot?after={id of the last request that the page has}`.

export interface Snapshot {
  /** The clock that all other times belong to, in milliseconds since 1970. */
  nowMs: number;
  /** What the page offers, each as `POST /development/actions/{action}`. A Worker that is developed alone has fewer of them. */
  actions: Action[];
  /** Whether requests come by themselves. */
  hasTraffic: boolean;
  tokenServer: 'well' | 'stopped' | 'slow' | 'confused';
  storeFails: boolean;
  /** Side by side, with the same traffic. */
  fleets: Fleet[];
  /** What the actions have proven, the newest last; 20 at most. */
  proofs: Proof[];
}

export type Action =
  /** 50 requests at once, over all isolates of each fleet. */
  | 'herd'
  /** What the token server does from now on: it refuses connections, takes seconds, answers with a page of HTML, or is well again. */
  | 'stop'
  | 'slow'
  | 'confuse'
  | 'heal'
  /** The store throws, or works again. */
  | 'fail_store'
  | 'mend_store'
  /** Sets all clocks of the fleets past the end of the token. */
  | 'expire'
  /** The authorization server takes the token back, and the API refuses it from now on. */
  | 'revoke'
  /** One isolate of each fleet goes, and a cold one takes its place. */
  | 'replace'
  /** The client gets another secret, and all isolates are deployed anew with it. */
  | 'rotate'
  | 'pause'
  | 'resume';

export interface Fleet {
  store: 'none' | 'kv' | 'durable_object';
  /** Those after `after`, the oldest first; the last 500 at most. */
  requests: ServedRequest[];
  totals: {
    requests: number;
    failed: number;
    /** Tokens that the authorization server has issued to the fleet. */
    grants: number;
    /** How long callers have waited for tokens, all together. */
    waitedMs: number;
  };
  /** Of the tokens, the newest last; 8 at most. */
  lives: TokenLife[];
  /** Those that serve, and the last that went. */
  isolates: Isolate[];
  /** What the store has; absent without a store. */
  record?: StoreRecord;
}

export interface ServedRequest {
  /** Counts on through all fleets. */
  id: number;
  atMs: number;
  durationMs: number;
  isolate: number;
  /** How it came by its token. `another_request` of the same isolate had asked for it; `waited`: another isolate had, which holds the lease. */
  from: 'memory' | 'another_request' | 'store' | 'granted' | 'waited' | 'failed';
  /** Of the API's answer, or of none. */
  status?: number;
  /** Of the error. */
  code?: string;
}

/** Fresh up to `refreshAtMs`, stale up to `expiresAtMs`. */
export interface TokenLife {
  /** The first token of a fleet is 1. */
  number: number;
  obtainedAtMs: number;
  refreshAtMs: number;
  expiresAtMs: number;
  /** Since when the API refuses it. */
  revokedAtMs?: number;
}

export interface Isolate {
  /** Counts on through all fleets. */
  id: number;
  startedAtMs: number;
  endedAtMs?: number;
  requests: number;
  /** The number of the token in its memory. */
  token?: number;
}

export interface StoreRecord {
  /** The number of the token that it holds. */
  token?: number;
  /** Who is renewing it; `isolate` if that is known. */
  lease?: { isolate?: number; untilMs: number };
}

export interface Proof {
  id: number;
  atMs: number;
  action: Action;
  /** One line: `Token server stopped: 12 requests since, all answered 200 from memory.` */
  text: string;
  /** Whether what was promised was seen. */
  isPromised: boolean;
}
