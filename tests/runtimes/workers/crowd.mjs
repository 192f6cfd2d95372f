// Sends requests over a service binding, and abandons some: the one way to cancel a request in workerd.
import { sleep } from '../assert.mjs';

export default {
  /** `plan` has, for each request, when it begins and when it is abandoned, if it is, and its path. */
  async fetch(request, env) {
    const { plan, options } = await request.json();
    return Response.json(await Promise.all(plan.map((one) => send(env.TRAFFIC, options, one))));
  },
};

async function send(traffic, options, { beginMs, abandonMs, path = '' }) {
  await sleep(beginMs);
  const controller = new AbortController();
  if (abandonMs !== undefined) sleep(abandonMs).then(() => controller.abort());
  const init = { method: 'POST', body: JSON.stringify(options), signal: controller.signal };
  try {
    return await (await traffic.fetch(`http://traffic/${path}`, init)).json();
  } catch (error) {
    return { abandoned: controller.signal.aborted, failure: String(error) };
  }
}
