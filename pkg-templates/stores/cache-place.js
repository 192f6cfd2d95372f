// The Cache API as a place for texts: what the isolates of one location share.

/** A cache of its own: nothing that the Worker fetches for others can read or write it, as it could the default one. */
const CACHE = 'edge-oauth2';

/** No host has this name, so that there is nothing else under these URLs. */
const ORIGIN = 'https://edge-oauth2.invalid';

export const cachePlace = {
  async read(name) {
    const response = await (await cache()).match(urlOf(name));
    return await response?.json();
  },
  async write(name, content, ttlMs) {
    const headers = { 'cache-control': `max-age=${Math.ceil(ttlMs / 1000)}` };
    await (await cache()).put(urlOf(name), Response.json(content, { headers }));
  },
  async remove(name) {
    await (await cache()).delete(urlOf(name));
  },
};

/** Of a key no character may be one of a URL's own. */
function urlOf(name) {
  const [kind, ...key] = name.split('/');
  return `${ORIGIN}/${kind}/${encodeURIComponent(key.join('/'))}`;
}

/** Never kept: it belongs to the request that it is used in. */
function cache() {
  return caches.open(CACHE);
}
