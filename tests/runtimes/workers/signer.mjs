// Signs what it is sent.
import { sign, signBySecret } from '../signing.mjs';

export default {
  async fetch(request) {
    const order = await request.json();
    return Response.json(await ('secret' in order ? signBySecret(order) : sign(order)));
  },
};
