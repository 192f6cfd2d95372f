// What the doctor says in workerd of the stores that Workers have.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { install, tarball } from '../runtimes/package.mjs';
import { bundle, startWorkerd } from '../runtimes/workerd.mjs';

const options = { project: await install('doctor-in-workers', await tarball()), compatibilityDate: '2026-07-01' };
const object = { className: 'Coordinator', useSQLite: true };
const workerd = await startWorkerd([
  {
    ...(await bundle('doctor', { ...options, from: '../stores/doctor-worker.mjs' })),
    kvNamespaces: { TOKENS: 'tokens' },
    d1Databases: { DB: 'tokens', OTHER: 'other' },
    durableObjects: { COORDINATOR: { ...object, scriptName: 'coordinator' } },
  },
  { ...(await bundle('coordinator', options)), durableObjects: { COORDINATOR: object } },
]);
after(workerd.close);

for (const [kind, expected] of Object.entries({
  'Workers KV': [],
  D1: [],
  'D1, with a table of another shape': ['store_other_table'],
  'the Cache API': [],
  'a Durable Object of another Worker': [],
  'a Map': ['store_does_not_share'],
  'a KV namespace that shows a write later': [],
})) {
  test(`${kind}: ${expected.join() || 'nothing is wrong with it'}`, async () => {
    const { findings, steps } = await (await fetch(workerd.url, { method: 'POST', body: kind })).json();
    assert.deepEqual(findings.map(({ code }) => code), expected, JSON.stringify(findings));
    const { outcome, note } = steps.find(({ name }) => name === 'store');
    assert.equal(outcome, findings.some(({ severity }) => severity === 'error') ? 'failed' : 'passed');
    assert.equal(typeof note, kind.includes('later') ? 'string' : 'undefined');
  });
}
