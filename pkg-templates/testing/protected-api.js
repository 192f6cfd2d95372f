// The API behind the fake server: it takes exactly the tokens that were issued, as long as they are good.

import { bearerOf, json, recorded } from './messages.js';

export class FakeApi {
  /** What was asked, the oldest first, each with the status of its answer. */
  requests = [];
  #issued;
  #refusals = 0;
  #answer = ({ method, url, body }) => json(200, { method, path: new URL(url).pathname, body });

  constructor(issued) {
    this.#issued = issued;
  }

  /** The next request is refused, whatever its token: an API that has restarted, or knows of a revocation first. */
  refuseOnce() {
    this.#refusals += 1;
  }

  /** Requests with a good token are answered by this function from now on, in place of an echo. It gives a Response. */
  respond(answer) {
    this.#answer = answer;
  }

  async receive(request) {
    const asked = { ...(await recorded(request)) };
    asked.accessToken = bearerOf(asked);
    const response = await this.#respond(asked);
    this.requests.push({ ...asked, status: response.status });
    return response;
  }

  async #respond(asked) {
    const isRefused = this.#refusals > 0;
    if (isRefused) this.#refusals -= 1;
    const { accessToken } = asked;
    // RFC 6750 §3.1: who brings no token is told no error.
    if (accessToken === undefined) return json(401, {}, { 'www-authenticate': 'Bearer' });
    if (isRefused || !this.#issued.active(accessToken)) {
      return json(401, { error: 'invalid_token' }, { 'www-authenticate': 'Bearer error="invalid_token"' });
    }
    return await this.#answer(asked);
  }
}
