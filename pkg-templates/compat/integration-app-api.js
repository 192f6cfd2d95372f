// Requests to the API, as connectors of integration.app make them.
import { parsed } from './common.js';

/** What a connector's `test` and `disconnect` make their requests with. */
export function apiClient(fetch) {
  const request = async (method, path, data) => {
    const response = await fetch(path, {
      method,
      headers: { accept: 'application/json', ...(data !== undefined && { 'content-type': 'application/json' }) },
      body: data === undefined ? undefined : JSON.stringify(data),
    });
    const text = await response.text();
    const body = parsed(text);
    if (response.ok) return body;
    throw Object.assign(new Error(`the API answered with HTTP ${response.status}`), { response: { status: response.status, data: body } });
  };
  return {
    fetch,
    get: (path) => request('GET', path),
    post: (path, data) => request('POST', path, data),
    put: (path, data) => request('PUT', path, data),
    patch: (path, data) => request('PATCH', path, data),
    delete: (path, data) => request('DELETE', path, data),
  };
}
