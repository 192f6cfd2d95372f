// A clock that can be moved: the host's `Date`, so that the package, the fake server and the program under test see the same time.

/** What of `Date` tells the time: all else of it stays the host's. */
function moved(hosts, offsetMs) {
  const now = () => hosts.now() + offsetMs();
  return new Proxy(hosts, {
    get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
    construct: (target, args, newTarget) => Reflect.construct(target, args.length > 0 ? args : [now()], newTarget),
    apply: () => new hosts(now()).toString(),
  });
}

export class Clock {
  #offsetMs = 0;
  #hosts;
  #moved;

  /** Moves the time by so many milliseconds. It goes on from there. */
  advance(ms) {
    if (!Number.isFinite(ms)) throw new TypeError('advance takes a number of milliseconds');
    this.#offsetMs += ms;
    // Fake timers may have put another in its place since.
    if (globalThis.Date !== this.#moved) {
      this.#hosts = globalThis.Date;
      this.#moved = moved(this.#hosts, () => this.#offsetMs);
      globalThis.Date = this.#moved;
    }
  }

  /** Gives back the time as it was before. */
  restore() {
    if (globalThis.Date === this.#moved) globalThis.Date = this.#hosts;
    this.#offsetMs = 0;
  }
}
