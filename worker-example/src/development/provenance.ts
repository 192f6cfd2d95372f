import type { OAuth2Event } from 'edge-oauth2';
import type { ServedRequest } from './snapshot';

export interface Course {
  status: number;
  /** Of the error that this Worker answered with. */
  code?: string | undefined;
  /** What was heard on the way. */
  events: OAuth2Event['type'][];
}

/** The first that was heard decides: who waited for the lease finds the token in the store afterwards. */
const MARKS = [
  ['granted', 'grant'],
  ['waited', 'lease_wait'],
  ['another_request', 'flight_wait'],
  ['store', 'store_hit'],
] as const;

/** How a request came by its token, by the events that it heard of. */
export function provenance({ status, code, events }: Course): ServedRequest['from'] {
  if (code !== undefined || status === 401) return 'failed';
  // After the API refused a token, the way to the next one counts. Who had a token waited for nothing that came later.
  const way = events.slice(events.lastIndexOf('refused') + 1);
  if (way[0] === 'l1_hit' || way[0] === 'stale_served') return 'memory';
  return MARKS.find(([, event]) => way.includes(event))?.[0] ?? 'memory';
}

/** What came of a request. */
export async function courseOf(response: Response, events: OAuth2Event['type'][]): Promise<Course> {
  const { status } = response;
  if (status !== 502 && status !== 503) return { status, events };
  // Ours or the API's: theirs may be anything.
  const answer: unknown = await response.clone().json().catch(() => undefined);
  const code = (answer as { error?: unknown } | undefined)?.error;
  return { status, events, code: typeof code === 'string' ? code : undefined };
}
