// The Worker of `npm run dev`: the one that is deployed, and a live page of how its requests come by their tokens.
// Nothing here is in what `npm run deploy` uploads, which begins at ../index.ts.
import worker, { type Env } from '../index';
import { guarded, isLocal, isOwn } from './access';
import { fileAt } from './page';

export { TokenCoordinator } from '../index';

interface DevelopmentEnv extends Env {
  /** Who runs the fleets that the page shows. */
  STAGE?: Fetcher;
}

export default {
  ...worker,
  async fetch(request, env): Promise<Response> {
    const { pathname } = new URL(request.url);
    const isForPage = pathname === '/development' || pathname.startsWith('/development/');
    if (!isForPage || !isLocal(request)) return await worker.fetch(request, env);
    return guarded(await answer(request, pathname, env));
  },
} satisfies ExportedHandler<DevelopmentEnv>;

async function answer(request: Request, pathname: string, { STAGE }: DevelopmentEnv): Promise<Response> {
  const isAction = pathname.startsWith('/development/actions/');
  if (request.method !== (isAction ? 'POST' : 'GET')) return new Response(null, { status: 405, headers: { allow: isAction ? 'POST' : 'GET' } });
  if (isAction && !isOwn(request)) return new Response('only the page of this Worker may do that', { status: 403 });
  const file = fileAt(pathname);
  if (file) return file;
  return STAGE ? await STAGE.fetch(request) : new Response(null, { status: 404 });
}
