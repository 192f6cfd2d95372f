// What a user is promised, in any runtime: one suite, run by node.test.mjs and workerd.test.mjs.
//
// A test is a title and a function of a scene (scene.mjs). It uses what every runtime has, no more.
import { apiRequests } from './contract/api-requests.mjs';
import { cache } from './contract/cache.mjs';
import { cancellation } from './contract/cancellation.mjs';
import { failures } from './contract/failures.mjs';
import { grants } from './contract/grants.mjs';
import { options } from './contract/options.mjs';
import { redaction } from './contract/redaction.mjs';
import { redirects } from './contract/redirects.mjs';
import { refusedTokens } from './contract/refused-tokens.mjs';
import { tokenEndpoint } from './contract/token-endpoint.mjs';

export const contract = {
  'token endpoint': tokenEndpoint,
  cache,
  failures,
  grants,
  'API requests': apiRequests,
  'refused tokens': refusedTokens,
  redirects,
  cancellation,
  options,
  redaction,
};
