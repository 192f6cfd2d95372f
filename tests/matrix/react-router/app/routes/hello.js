import { api } from '../api.server.js';

export const loader = () => api.fetch('/hello');

export const action = async ({ request }) => api.fetch('/hello', { method: 'POST', body: await request.text() });
