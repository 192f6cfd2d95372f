// The configuration that the command reads: JSON of all kinds, and modules; and what it says of one that it cannot read.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { startCommand } from './command.mjs';

const { project, command, servers, good, variables, file, diagnosis } = await startCommand('command-configuration');

/** Configurations that cannot be read: the code, what the message says, and what is in the file. */
const unreadable = {
  'a variable that is not set': ['variable_not_set', /not set.*: CLIENT_ID \(clientId\), CLIENT_SECRET \(clientSecret\)/, good],
  'a ${ that is none': ['wrong_placeholder', /clientSecret names a variable/, { ...good, clientSecret: '${MARKER-SECRET:-x}' }],
  'a variable as shells name it': ['wrong_placeholder', /clientSecret names a variable/, { clientSecret: '$HOME' }],
  'a variable as programs name it': ['wrong_placeholder', /clientSecret names a variable/, { clientSecret: 'process.env.HOME' }],
  'nothing in it': ['invalid_json', /is empty/, ' \n'],
  'a value without quotes': ['invalid_json', /line 2, column 18/, '{"tokenUrl": "x",\n "clientSecret": MARKER-secret}'],
  'single quotes': ['invalid_json', /line 1, column 2/, "{'clientSecret': 'MARKER'}"],
  'quotes of a word processor': ['invalid_json', /line 1, column 2/, '{“clientSecret”: “MARKER”}'],
  'an end too soon': ['invalid_json', /it ends here/, '{"clientSecret": "MARKER"'],
  'a text that goes on': ['invalid_json', /does not end on its line/, '{"clientSecret": "MARKER\n"}'],
  'a comma too few': ['invalid_json', /line 2, column 1: a ','/, '{"clientId": "a"\n"clientSecret": "MARKER"}'],
  'a member twice': ['invalid_json', /line 1, column 29: .*already/, '{"clientSecret": "MARKER1", "clientSecret": "MARKER2"}'],
  'a backslash': ['invalid_json', /backslash/, '{"clientSecret": "C:\\MARKER"}'],
  'more after its end': ['invalid_json', /nothing may follow/, '{} {"clientSecret": "MARKER"}'],
  'a list': ['config_unreadable', /no options/, '["MARKER"]'],
  'a store in it': ['store_in_json', /module/, { ...good, store: 'redis://MARKER@127.0.0.1' }],
};

describe('a configuration that cannot be read, for', { concurrency: 2 }, () => {
  for (const [title, [code, message, content]] of Object.entries(unreadable)) {
    test(title, async () => {
      const name = file(content);
      const { exitCode, stdout, stderr } = await command(['doctor', name]);
      assert.deepEqual([exitCode, stdout], [2, '']);
      assert.match(stderr, new RegExp(`^edge-oauth2: ${name}.* \\[${code}\\]\\n$`));
      assert.match(stderr, message);
      assert.ok(!stderr.includes('MARKER'), stderr);
      const inJson = await diagnosis([name]);
      assert.deepEqual([inJson.exitCode, inJson.ok, inJson.codes, inJson.stderr], [2, false, [code], '']);
    });
  }

  test('being somewhere else, a folder, or of another kind', async () => {
    mkdirSync(join(project, 'folder.json'), { recursive: true });
    writeFileSync(join(project, 'config.yaml'), '');
    for (const [name, message] of Object.entries({ 'absent.json': /not there/, 'folder.json': /folder/, 'config.yaml': /neither/ })) {
      const { exitCode, stderr } = await command(['doctor', name]);
      assert.equal(exitCode, 2);
      assert.match(stderr, message);
      assert.match(stderr, /\[config_unreadable\]\n$/);
    }
  });
});

test('a file may have comments, commas at the end and a mark at its beginning, and be of PowerShell’s', async () => {
  const text = `\ufeff{ // a comment\n  /* another */ ${JSON.stringify(good).slice(1, -1)},\n}\n`;
  for (const content of [Buffer.from(text), Buffer.from(text, 'utf16le')]) {
    const { exitCode, codes } = await diagnosis([file(content)], variables);
    assert.deepEqual([exitCode, codes], [0, []]);
  }
});

describe('a module is a configuration', { concurrency: 2 }, () => {
  const options = JSON.stringify(servers);

  test('that exports options, or a function of the environment', async () => {
    const env = '{ clientId: process.env.CLIENT_ID, clientSecret: process.env.CLIENT_SECRET }';
    for (const exported of [
      `{ ...${options}, ...${env} }`,
      `(env) => ({ ...${options}, clientId: env.CLIENT_ID, clientSecret: env.CLIENT_SECRET })`,
      `async () => ({ ...${options}, ...${env} })`,
    ]) {
      const { exitCode, codes } = await diagnosis([file(`export default ${exported};`, 'mjs')], variables);
      assert.deepEqual([exitCode, codes], [0, []], exported);
    }
    const common = file(`module.exports = { ...${options}, ...${env} };`, 'cjs');
    assert.deepEqual((await diagnosis([common], variables)).codes, []);
  });

  test('with a store, which is tried out', async () => {
    const ofEnv = 'clientId: env.CLIENT_ID, clientSecret: env.CLIENT_SECRET';
    const config = file(`export default (env) => ({ ...${options}, ${ofEnv}, store: new Map() });`, 'mjs');
    const { exitCode, codes, steps } = await diagnosis([config], variables);
    assert.deepEqual([exitCode, codes], [0, ['store_does_not_share']]);
    assert.ok(steps.some(({ name, outcome }) => name === 'store' && outcome === 'passed'));
  });

  test('whose clients keep the process alive, and whose errors nobody catches', async () => {
    const config = file(
      `setInterval(() => {}, 1000);
      setTimeout(() => { throw Object.assign(new Error('MARKER'), { code: 'ECONNREFUSED' }); });
      Promise.reject(new Error('MARKER'));
      export default async (env) => {
        await new Promise((done) => setTimeout(done, 50));
        return { ...${options}, clientId: env.CLIENT_ID, clientSecret: env.CLIENT_SECRET };
      };`,
      'mjs',
    );
    const { exitCode, codes, stderr } = await diagnosis([config], variables);
    assert.deepEqual([exitCode, codes], [0, []]);
    assert.match(stderr, /^edge-oauth2: an error that nobody caught \(\w+\)\nedge-oauth2: an error that nobody caught \(\w+\)\n$/);
  });

  for (const [title, content, message] of [
    ['that throws', 'throw new Error(`what of ${process.env.CLIENT_SECRET}?`);', /cannot be loaded: \(not shown: it repeats a secret\)/],
    ['that imports what is not there', "import 'absent';", /Cannot find package 'absent'.*ERR_MODULE_NOT_FOUND/],
    ['that cannot be parsed', 'const a = 1;\nexport default { a: };', /Unexpected token '}'; node --check config-\d+\.mjs says where/],
    ['that never is done', 'setInterval(() => {}, 1000);\nexport default () => new Promise(() => {});', /not done after 10 s/],
    ['whose options throw', "export default { get tokenUrl() { throw new Error('MARKER'); } };", /this command, Error at .*config-\d+\.mjs/],
    ['that exports nothing', 'export const options = {};', /default export/],
    [
      'that exports a client',
      `import { OAuth2Client } from 'edge-oauth2';
      export default new OAuth2Client({ ...${options}, clientId: 'a', clientSecret: 'b' });`,
      /exports a client/,
    ],
  ]) {
    test(title, async () => {
      const { exitCode, stdout, stderr } = await command(['doctor', file(content, 'mjs')], { CLIENT_SECRET: 'MARKER secret' });
      assert.deepEqual([exitCode, stdout], [2, '']);
      assert.match(stderr, message);
      assert.equal(stderr.split('\n').length, 2, stderr);
      assert.ok(!stderr.includes('MARKER'), stderr);
    });
  }
});
