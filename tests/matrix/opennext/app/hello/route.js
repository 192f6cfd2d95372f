import { api } from '../../api.js';

export const dynamic = 'force-dynamic';

export async function GET() {
  return Response.json(await (await api().fetch('/hello')).json());
}

export async function POST(request) {
  const response = await api().fetch('/hello', { method: 'POST', body: await request.text() });
  return Response.json(await response.json());
}
