export { GET, POST } from '../hello/route.js';

export const dynamic = 'force-dynamic';
export const runtime = 'edge';
