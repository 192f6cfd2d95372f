// What can be wrong at the API: see causes.js.

export const API_CAUSES = {
  api_refuses_token: { message: 'the API refuses the token; {token}', advice: '{advice}', option: 'endpointParams' },
  api_wants_another_scheme: {
    message: 'the API takes no bearer tokens, but {scheme}',
    advice: 'say in apply how the token is sent; or baseUrl is that of another API',
    option: 'apply',
  },
  insufficient_scope: {
    message: 'the API wants another scope{scope}; {token}',
    advice: 'ask for it in scopes, and allow it where the client is registered',
    option: 'scopes',
  },
  api_forbids: {
    message: 'the API knows the token, and does not let it do this; {token}',
    advice: 'allow it where the client is registered (scopes, roles, permissions), or ask for it in scopes',
    option: 'scopes',
  },
  api_not_found: {
    message: 'the API has nothing at {path}, or not for GET',
    advice: 'compare baseUrl and the path: every path is below that of baseUrl, with or without a slash before it',
    option: 'baseUrl',
  },
  api_answers_login_page: {
    message: 'the API leads to a page where people log in, at {host}: nobody looks at the token there',
    advice: 'baseUrl: that of the API, not of its web site; a proxy that wants a login has to let requests with a token through',
    option: 'baseUrl',
  },
  api_redirects: {
    message: 'the API redirects to {place}, which is not given the token',
    advice: "if that is the API, give it as baseUrl; if it may see the token, allowedOrigins: ['{origin}']",
    option: 'allowedOrigins',
  },
  api_rate_limited: { severity: 'warning', message: 'the API refuses more requests for now', advice: 'wait, and ask less often' },
  api_failed: { message: 'the API failed at the request', advice: 'ask again later, and see its own log' },
  api_refuses_request: {
    message: 'the API does not take the request, and does not say that it is for the token',
    advice: 'compare the path, and the headers that it wants, which apiHeaders adds',
    option: 'apiHeaders',
  },
};
