import { api } from '../../lib/server/api.js';

export const GET = ({ platform }) => api(platform).fetch('/hello');

export const POST = async ({ platform, request }) => api(platform).fetch('/hello', { method: 'POST', body: await request.text() });
