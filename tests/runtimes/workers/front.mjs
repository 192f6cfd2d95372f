// Leads to the Worker that the path names.
export default {
  fetch: (request, env) => env[new URL(request.url).pathname.slice(1)].fetch(request),
};
