// A fleet of isolates in workerd, which share every store that Workers have.
import { bundle, startWorkerd } from '../runtimes/workerd.mjs';

export async function startWorkers({ project, addresses, size }) {
  const options = { project, compatibilityDate: '2026-07-01' };
  const object = { className: 'Coordinator', useSQLite: true };
  const member = await bundle('member', { ...options, from: '../stores/member-worker.mjs' });
  const names = Array.from({ length: size }, (_, index) => `member-${index}`);
  const workerd = await startWorkerd([
    { ...(await bundle('front', options)), serviceBindings: Object.fromEntries(names.map((name) => [name, name])) },
    { ...(await bundle('coordinator', options)), durableObjects: { COORDINATOR: object } },
    ...names.map((name) => ({
      ...member,
      name,
      kvNamespaces: { TOKENS: 'tokens' },
      d1Databases: { DB: 'tokens', OTHER: 'other' },
      durableObjects: { COORDINATOR: { ...object, scriptName: 'coordinator' } },
      bindings: { REST: addresses.rest },
    })),
  ]);
  return {
    size,
    kinds: await (await fetch(`${workerd.url}member-0`)).json(),
    async request(member, message) {
      const response = await fetch(`${workerd.url}member-${member % size}`, { method: 'POST', body: JSON.stringify(message) });
      return await response.json();
    },
    close: workerd.close,
  };
}
