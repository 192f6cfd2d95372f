// One wait, and the span of it.
import { quietly } from '../face/events.js';
import { Place } from './place.js';

/** The status of an error: OpenTelemetry's number, and the word of Cloudflare, whose spans alone say whether they are traced. */
const errorOf = (span) => ('isTraced' in span ? 'error' : 2);

export class Wait {
  kind;
  /** Within the span. */
  place;
  #span;
  #end;

  /** Begins it by `start`, which is a stranger's: it may throw, call back twice, or not at all. Then there is no span. */
  constructor(start, kind, attributes) {
    this.kind = kind;
    const ended = new Promise((resolve) => (this.#end = resolve));
    const begin = (span) => {
      // Once more, or too late: what was to be in it is under way.
      if (this.place) return quietly(() => span !== this.#span && span?.end?.());
      this.#span = span;
      this.place = new Place();
      return ended;
    };
    quietly(() => start(`edge_oauth2.${kind}`, begin));
    begin();
    for (const [name, value] of Object.entries(attributes)) this.set(name, value);
  }

  set(name, value) {
    quietly(() => this.#span?.setAttribute(name, value));
  }

  /** It came to nothing, for a reason of which there are few. */
  fail(type) {
    this.set('error.type', type);
    quietly(() => this.#span?.setStatus?.({ code: errorOf(this.#span) }));
  }

  end() {
    quietly(() => this.#span?.end?.());
    this.#end();
  }
}
