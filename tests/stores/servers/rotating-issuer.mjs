// A token endpoint that replaces a refresh token with every use, and takes a second use for theft, as most do: by paths, each of
// which has an authorization of its own.
import { byName, json, listen, route } from '../../runtimes/http.mjs';

export async function startRotatingIssuer() {
  const authorization = byName(() => ({ uses: 0, thefts: 0 }));
  const { url, close } = await listen(async (request, response) => {
    const one = authorization(route(request).name);
    const form = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
    if (form.get('refresh_token') !== `refresh-${one.uses}`) {
      one.thefts += 1;
      return json(response, { error: 'invalid_grant' }, 400);
    }
    one.uses += 1;
    json(response, { access_token: `access-${one.uses}`, refresh_token: `refresh-${one.uses}`, token_type: 'Bearer', expires_in: 600 });
  });
  return { tokenUrl: (name) => `${url}/${encodeURIComponent(name)}/token`, authorization: (name) => authorization(encodeURIComponent(name)), close };
}
