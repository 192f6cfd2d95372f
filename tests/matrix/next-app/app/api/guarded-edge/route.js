export { GET } from '../guarded/route.js';

export const dynamic = 'force-dynamic';
export const runtime = 'edge';
