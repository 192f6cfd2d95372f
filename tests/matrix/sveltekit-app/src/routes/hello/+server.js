import { api } from '../../lib/server/api.js';

export const GET = () => api().fetch('/hello');

export const POST = async ({ request }) => api().fetch('/hello', { method: 'POST', body: await request.text() });
