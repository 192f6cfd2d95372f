import { api } from '../api.server.js';

export const loader = ({ context }) => api(context).fetch('/hello');

export const action = async ({ context, request }) => api(context).fetch('/hello', { method: 'POST', body: await request.text() });
