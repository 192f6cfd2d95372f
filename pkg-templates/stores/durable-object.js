// A Durable Object that keeps one token for all instances, and lets one of them at a time renew it.
import { DurableObject } from 'cloudflare:workers';
import { invalidOption, OAuth2Error } from '../face/error.js';
import { lasting, leftMs } from './lasting.js';

/**
 * There is one for each store key. A Durable Object handles one event at a time, and its storage is read and
 * written synchronously here: nobody sees half of what a method does.
 */
export class TokenCoordinator extends DurableObject {
  get #kv() {
    return this.ctx.storage.kv;
  }

  /** What was written last, unless it is over. */
  read() {
    const record = this.#kv.get('record');
    return leftMs(record) > 0 ? record.value : null;
  }

  /**
   * `fence` is that of the writer's lease, if it has one. Whoever lost its lease is late, and overwrites
   * nothing that a later holder wrote.
   */
  async write(value, ttlSeconds, fence = this.#kv.get('lease')?.fence ?? 0) {
    const record = this.#kv.get('record');
    if (leftMs(record) > 0 && record.fence > fence) return;
    this.#kv.put('record', { value, fence, ...lasting(ttlSeconds * 1000) });
    await this.#cleanUpLater();
  }

  remove() {
    this.#kv.delete('record');
  }

  /** Gives the lease to one caller at a time; it ends by itself after `ttlMs`. */
  async acquire(ttlMs) {
    const lease = this.#kv.get('lease');
    const left = leftMs(lease);
    if (left > 0) return { held: false, retryAfterMs: left };
    // Not a mere counter: it must increase even when the storage was cleaned up in between.
    const fence = Math.max((lease?.fence ?? 0) + 1, Date.now());
    this.#kv.put('lease', { fence, ...lasting(ttlMs) });
    await this.#cleanUpLater();
    return { held: true, fence };
  }

  release(fence) {
    if (this.#kv.get('lease')?.fence === fence) this.#kv.put('lease', { fence, endsAt: 0 });
  }

  async alarm() {
    if (this.#endsAt() <= Date.now()) await this.ctx.storage.deleteAll();
    else await this.#cleanUpLater();
  }

  #cleanUpLater() {
    return this.ctx.storage.setAlarm(this.#endsAt());
  }

  #endsAt() {
    return Math.max(...['record', 'lease'].map((name) => this.#kv.get(name)?.endsAt ?? 0));
  }
}

/** The date from which the methods of Durable Objects can be called. */
const RPC_DATE = '2024-04-03';

/** The option `store` over the namespace of a Worker's TokenCoordinator. */
export function coordinator(namespace) {
  // A stub of one object has methods of every name.
  const isStub = typeof namespace?.['no such method'] === 'function';
  if (isStub || typeof namespace?.idFromName !== 'function') {
    throw invalidOption('store', 'needs the binding of a Durable Object namespace: coordinator(env.COORDINATOR)');
  }
  // Before that date every call would fail, and the store would only seem to be in use.
  if (globalThis.Cloudflare?.compatibilityFlags?.rpc === false) {
    throw new OAuth2Error(`a Durable Object as store needs a compatibility_date of ${RPC_DATE} or later`, { code: 'unsupported_host' });
  }
  // A stub that has failed once stays broken, so each call has its own.
  const object = (key) => namespace.get(namespace.idFromName(key));
  return {
    get: (key) => object(key).read(),
    put: (key, value, { ttl, fence }) => object(key).write(value, ttl, fence && Number(fence)),
    delete: (key) => object(key).remove(),
    acquire: (key, ttlMs) => object(key).acquire(ttlMs),
    release: (key, fence) => object(key).release(Number(fence)),
  };
}
