import { placeOrder } from '../orders.js';

export default {
  async fetch(request, env) {
    return Response.json({ number: await placeOrder(env, await request.json()) });
  },
};
