// The live page with all that it shows: three fleets of isolates in workerd, real servers, and the buttons.
import { Response } from 'miniflare';
import { actionsOn, herdOn } from '../stage/actions.mjs';
import { startFleets } from '../stage/fleets.mjs';
import { startWorkers } from '../stage/workers.mjs';

/**
 * Starts it at `url`; `port` is any free one unless it is given. Tokens live `lifetimeSeconds`. `issued()` gives the tokens and secrets that
 * nobody outside may see.
 */
export async function startStage({ port = 0, lifetimeSeconds = 60 } = {}) {
  let workers;
  const company = await startFleets({ lifetimeSeconds, request: (message) => workers.request(message) });
  const actions = actionsOn(company);
  const close = async () => {
    company.stopTraffic();
    await workers?.close();
    await company.close();
  };

  async function answer(request) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === '/development/snapshot') return Response.json(snapshot(Number(searchParams.get('after') ?? 0)));
    const action = pathname.replace('/development/actions/', '');
    if (!Object.hasOwn(actions, action)) return new Response(`there is no ${pathname}`, { status: 404 });
    await actions[action]();
    return new Response(null, { status: 204 });
  }

  function snapshot(after) {
    const nowMs = Date.now();
    const { hasTraffic, tokenServer, storeFails, fleets, proofs } = company;
    return {
      nowMs,
      actions: Object.keys(actions),
      hasTraffic,
      tokenServer,
      storeFails,
      fleets: fleets.map((fleet) => fleet.snapshot(after, nowMs)),
      proofs: proofs.list(),
    };
  }

  try {
    workers = await startWorkers({ port, onStored: (happening) => company.stored(happening), onPage: answer });
    await company.startIsolates();
    await herdOn(company);
  } catch (error) {
    await close();
    throw error;
  }
  company.startTraffic();
  return {
    url: new URL('/development', workers.url).href,
    issued: () => company.issued(),
    output: () => workers.output(),
    close,
  };
}
