import assert from 'node:assert/strict';
import { wranglerDev } from '../cloudflare.mjs';
import { startTranslator } from './translator.js';

const ready = /(http:\/\/127\.0\.0\.1:\d+)/;

/** Each client, its package, and whether it hands out bodies as they come. */
const CLIENTS = [
  { title: 'openapi-fetch', name: 'openapi-fetch', streams: true },
  { title: 'ky', name: 'ky', streams: true },
  { title: 'ofetch', name: 'ofetch', streams: true },
  { title: 'axios, adapter `fetch`', name: 'axios', streams: true },
  { title: 'hey-api', name: 'hey-api', streams: true },
  { title: 'graphql-request', name: 'graphql-request' },
  { title: 'urql', name: 'urql' },
  { title: 'Apollo Client', name: 'apollo' },
  { title: 'tRPC', name: 'trpc' },
  { title: 'supabase-js', name: 'supabase' },
];

const places = {
  Node: (name, { start }, environment) => start('node', ['server.js', name], { ready, env: environment }),
  workerd: (name, context, environment) => wranglerDev(context, { ...environment, CLIENT: name }),
};

const cell = ({ title, name, streams }, place) => ({
  where: `${title}, in ${place}`,
  run: async (context) => {
    const { service, ask, prove } = context;
    const { environment, proveClient } = service();
    const translator = await startTranslator(environment.API_URL);
    try {
      const { url } = await places[place](name, context, { ...environment, TRANSLATOR_URL: translator.url });
      await proveClient(url);
      await prove('an error answer is one', async () => assert.equal(await ask(`${url}/failure`), 404));
      await prove('an aborted call is aborted', async () => {
        const outcome = await ask(`${url}/aborted`);
        assert.match(`${outcome.error}: ${outcome.message}`, /abort|cancel/i);
      });
      if (!streams) return;
      await prove('a body is handed out as it comes', async () => assert.match(await ask(`${url}/stream`), /^chunk 0\n/));
    } finally {
      translator.close();
    }
  },
});

export default {
  title: 'Clients that take a `fetch`',
  packages: ['openapi-fetch', 'ky', 'ofetch', 'axios', '@hey-api/client-fetch', 'graphql-request', '@urql/core', '@apollo/client', '@trpc/client', '@supabase/supabase-js'],
  cells: [
    ...Object.keys(places).flatMap((place) => CLIENTS.map((client) => cell(client, place))),
    {
      where: 'their types',
      run: async ({ run, prove }) => {
        for (const [where, project] of [
          ['browsers', 'browser'],
          ['Node', 'node'],
          ['Workers', 'workers'],
        ]) {
          await prove(`all take \`api.fetch\`, in ${where}`, () => run('tsc', ['--project', `tsconfig.${project}.json`]));
        }
      },
    },
  ],
};
