import { perform } from '../../perform.js';

export const dynamic = 'force-dynamic';

export async function GET(request) {
  return Response.json(await perform(Object.fromEntries(new URL(request.url).searchParams)));
}
