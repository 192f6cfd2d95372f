// What any endpoint can be told to do in place of its work.
import { setTimeout as sleep } from 'node:timers/promises';

/** The behaviour that the next request of `endpoint` meets; one with `times` ends after as many. */
export function nextBehaviour(endpoint) {
  const { behaviour } = endpoint;
  if (behaviour.times === 1) endpoint.behaviour = {};
  else if (behaviour.times) behaviour.times -= 1;
  return behaviour;
}

/**
 * `delayMs` waits before anything else. Then one of: `silent` never answers, `close` hangs up, `cut` does so in the
 * middle of its answer, `drip` starts an answer that never ends, `status` (with `headers`, `body`) answers just that.
 * Gives whether it was one of these; else there is an answer to give.
 */
export async function misbehaves(response, behaviour) {
  if (behaviour.delayMs) await sleep(behaviour.delayMs);
  if (behaviour.silent) return true;
  if (behaviour.close) {
    response.destroy();
    return true;
  }
  if (behaviour.cut) {
    response.writeHead(200, { 'content-length': 100 });
    response.write('{', () => response.destroy());
    return true;
  }
  if (behaviour.drip) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"access_token":"');
    const timer = setInterval(() => response.write('x'), 50);
    response.on('close', () => clearInterval(timer));
    return true;
  }
  if (behaviour.status) {
    response.writeHead(behaviour.status, behaviour.headers ?? { 'content-type': 'application/json' });
    response.end(behaviour.body);
    return true;
  }
  return false;
}
