// The consumers: each folder here that has a consumer.mjs.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export async function consumers() {
  const names = readdirSync(import.meta.dirname).filter((name) => existsSync(join(import.meta.dirname, name, 'consumer.mjs')));
  const load = async (name) => {
    const { default: consumer } = await import(pathToFileURL(join(import.meta.dirname, name, 'consumer.mjs')).href);
    return { name, ...consumer };
  };
  return await Promise.all(names.toSorted().map(load));
}
