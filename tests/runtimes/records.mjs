// Where oidc-provider keeps what it knows: in a map. Its own store keeps 1,000 records and says so on stderr.

export class Records {
  #records;
  #model;

  /** `records` is the map that the adapters of all models share. */
  constructor(records, model) {
    this.#records = records;
    this.#model = model;
  }
  async upsert(id, payload, expiresIn = Infinity) {
    this.#records.set(`${this.#model}:${id}`, { payload, until: Date.now() + expiresIn * 1000 });
  }
  async find(id) {
    const record = this.#records.get(`${this.#model}:${id}`);
    return record && record.until > Date.now() ? record.payload : undefined;
  }
  async findByUid(uid) {
    const payloads = [...this.#records.values()].map(({ payload }) => payload);
    return payloads.find((payload) => payload.uid === uid && payload.kind === this.#model);
  }
  async consume(id) {
    this.#records.get(`${this.#model}:${id}`).payload.consumed = true;
  }
  async destroy(id) {
    this.#records.delete(`${this.#model}:${id}`);
  }
  async revokeByGrantId(grantId) {
    for (const [key, { payload }] of this.#records) if (payload.grantId === grantId) this.#records.delete(key);
  }
}
