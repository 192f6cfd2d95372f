// What the stores are called in plots, and how each looks in all of them.

const OBJECT = { name: 'Durable Object', look: 2 };

export const STORE_LINES = { none: { name: 'no store', look: 0 }, kv: { name: 'Workers KV', look: 1 }, do: OBJECT, coordinator: OBJECT };
