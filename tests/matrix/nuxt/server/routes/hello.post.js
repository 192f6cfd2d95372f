export default defineEventHandler(async (event) => api(event).fetch('/hello', { method: 'POST', body: await readRawBody(event) }));
