// What a user is promised, in any runtime: one suite, run by the tests that are named after runtimes.
//
// A test is a title and a function of a scene (scene.mjs). It uses what every runtime has, no more.
import { anyFetch } from './contract/any-fetch.mjs';
import { apiRequests } from './contract/api-requests.mjs';
import { authorization } from './contract/authorization.mjs';
import { authorizationHooks } from './contract/authorization-hooks.mjs';
import { authorisedFetch } from './contract/authorised-fetch.mjs';
import { cache } from './contract/cache.mjs';
import { cancellation } from './contract/cancellation.mjs';
import { clientAssertions } from './contract/client-assertions.mjs';
import { circles } from './contract/circles.mjs';
import { clientAuthentication } from './contract/client-authentication.mjs';
import { discardedBodies } from './contract/discarded-bodies.mjs';
import { discovery } from './contract/discovery.mjs';
import { errors } from './contract/errors.mjs';
import { failures } from './contract/failures.mjs';
import { fetchArguments } from './contract/fetch-arguments.mjs';
import { grants } from './contract/grants.mjs';
import { hooks } from './contract/hooks.mjs';
import { keptBodies } from './contract/kept-bodies.mjs';
import { lives } from './contract/lives.mjs';
import { options } from './contract/options.mjs';
import { perCall } from './contract/per-call.mjs';
import { redaction } from './contract/redaction.mjs';
import { redirects } from './contract/redirects.mjs';
import { refusedTokens } from './contract/refused-tokens.mjs';
import { revocation } from './contract/revocation.mjs';
import { separation } from './contract/separation.mjs';
import { storeNotices } from './contract/store-notices.mjs';
import { strangers } from './contract/strangers.mjs';
import { tokenConfinement } from './contract/token-confinement.mjs';
import { tokenEndpoint } from './contract/token-endpoint.mjs';
import { tokenObject } from './contract/token-object.mjs';
import { unsetOptions } from './contract/unset-options.mjs';
import { verdicts } from './contract/verdicts.mjs';

export const contract = {
  // What is told once in an isolate has not been told yet.
  'stores that are no good': storeNotices,
  'token endpoint': tokenEndpoint,
  cache,
  separation,
  failures,
  'errors as they are read': errors,
  'client authentication': clientAuthentication,
  'client assertions': clientAssertions,
  grants,
  authorization,
  'hooks of an authorization': authorizationHooks,
  discovery,
  revocation,
  'API requests': apiRequests,
  'arguments of fetch': fetchArguments,
  'refused tokens': refusedTokens,
  'bodies of Requests': keptBodies,
  'authorised fetch': authorisedFetch,
  redirects,
  'discarded bodies': discardedBodies,
  'token confinement': tokenConfinement,
  "a fetch of the user's": anyFetch,
  cancellation,
  options,
  'options that are undefined': unsetOptions,
  hooks,
  strangers,
  circles,
  'token object': tokenObject,
  lives,
  'options of a call': perCall,
  redaction,
  verdicts,
};
