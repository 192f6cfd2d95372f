// The listener handler of Ballerina's HTTP module: who may call, by the member of the answer that has their scopes.
import { Guard } from 'edge-oauth2/inbound';
import { defaultSecondsOf, introspectionResponse, introspectorOf } from './ballerina-listener.js';
import { checkText } from './common.js';

export class ListenerOAuth2Handler {
  #guard;
  #maxAgeSeconds;

  constructor({ scopeKey = 'scope', ...config }, options) {
    checkText('config.scopeKey', scopeKey);
    const principal = ({ claims }) => ({ scopes: words(claims[scopeKey]) });
    this.#guard = new Guard({ introspector: introspectorOf(config, options), principal });
    this.#maxAgeSeconds = defaultSecondsOf(config);
  }

  async authorize(data, expectedScopes) {
    const anyScope = expectedScopes === undefined ? undefined : [expectedScopes].flat();
    try {
      const { claims } = await this.#guard.authorize(requestOf(data), { anyScope, maxAgeSeconds: this.#maxAgeSeconds });
      return introspectionResponse(claims);
    } catch (error) {
      if (error.code === 'invalid_option') throw error;
      return error.response;
    }
  }
}

/** What has the header: a request, its headers, or the text itself. */
function requestOf(data) {
  if (typeof data === 'string') return { headers: new Headers({ authorization: data }) };
  return typeof data?.get === 'function' ? { headers: data } : data;
}

function words(value) {
  return typeof value === 'string' ? value.split(/\s/).filter(Boolean) : [];
}
