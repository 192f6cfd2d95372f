// An edge function that examines its own configuration, for who may ask.
import { describe, doctor } from 'edge-oauth2/doctor';

export default {
  async fetch(request, env) {
    if (request.headers.get('x-key') !== env.KEY) return new Response('no', { status: 403 });
    const { options, checks } = await request.json();
    const diagnosis = await doctor({ ...options, clientSecret: env[options.clientSecret] }, checks);
    return Response.json({ ...diagnosis, text: describe(diagnosis) });
  },
};
