// What the entries of stores take is what the clients' own types say.
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createConsumer } from '../package/consumer.mjs';
import { root, tool } from '../package/tool.mjs';

const CLIENTS = ['@neondatabase/serverless', '@netlify/blobs', '@upstash/redis', '@vercel/functions', 'ioredis', 'postgres', 'redis'];

test('the compiler accepts the clients that people have, and refuses what is none', async () => {
  const dir = await createConsumer('stores');
  copyFileSync(join(import.meta.dirname, 'clients.test-d.ts'), join(dir, 'clients.test-d.ts'));
  const compilerOptions = {
    target: 'ES2022',
    lib: ['ES2022', 'DOM', 'DOM.Iterable'],
    module: 'ESNext',
    moduleResolution: 'bundler',
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
    typeRoots: [join(root, 'tests/node_modules/@types')],
    types: ['node'],
    paths: Object.fromEntries(CLIENTS.map((name) => [name, [join(import.meta.dirname, 'node_modules', name)]])),
  };
  const config = join(dir, 'tsconfig.json');
  writeFileSync(config, JSON.stringify({ compilerOptions, files: ['clients.test-d.ts'] }));
  await tool('tsc', ['--project', config]);
});
