// The Worker of `npm run dev`: the one that is deployed, and a live page of how its requests come by their tokens.
// Nothing here is in what `npm run deploy` uploads, which begins at ../index.ts.
import worker, { type Env } from '../index';
import { guarded, isLocal, isOwn } from './access';
import { act, serve, snapshot } from './alone';
import { fileAt } from './page';

export { TokenCoordinator } from '../index';

interface DevelopmentEnv extends Env {
  /** Whoever runs the fleets that the page shows; without it, it shows this Worker. */
  STAGE?: Fetcher;
}

const ACTIONS = '/development/actions/';

export default {
  ...worker,
  async fetch(request, env): Promise<Response> {
    const { pathname } = new URL(request.url);
    const isForPage = pathname === '/development' || pathname.startsWith('/development/');
    return isForPage && isLocal(request) ? guarded(await answer(request, env)) : await serve(request, env);
  },
} satisfies ExportedHandler<DevelopmentEnv>;

/** What the page asks for: itself, what there is to see, and that something happens. */
async function answer(request: Request, env: DevelopmentEnv): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const method = pathname.startsWith(ACTIONS) ? 'POST' : 'GET';
  if (request.method !== method) return new Response(null, { status: 405, headers: { allow: method } });
  if (method === 'POST' && !isOwn(request)) return new Response('only the page of this Worker may do that', { status: 403 });
  const file = fileAt(pathname);
  if (file) return file;
  if (env.STAGE) return await env.STAGE.fetch(request);
  if (pathname === '/development/snapshot') return Response.json(snapshot(env, Number(searchParams.get('after'))));
  const isDone = method === 'POST' && (await act(pathname.slice(ACTIONS.length), env));
  return new Response(null, { status: isDone ? 204 : 404 });
}
