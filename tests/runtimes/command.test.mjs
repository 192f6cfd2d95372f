// The command at a terminal and among other programs: what it says, what it never says, and how it ends.
import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { startCommand } from './command.mjs';
import { root } from './package.mjs';

const { project, installed, bin, run, command, good, variables, file, diagnosis } = await startCommand('command');

describe('the command', { concurrency: 2 }, () => {
  test('says that all works where it does, and asks the API too', async () => {
    const { exitCode, stdout, stderr } = await command(['doctor', file(good), '--path', 'hello'], variables);
    assert.equal(exitCode, 0, stdout + stderr);
    for (const step of ['configuration', 'token', 'api']) assert.match(stdout, new RegExp(`passed +${step}`));
    assert.equal(stderr, '');
  });

  test('says what is wrong, and ends with 1', async () => {
    const env = { ...variables, CLIENT_SECRET: 'MARKER of another secret' };
    const { exitCode, ok, findings } = await diagnosis([file(good)], env);
    assert.deepEqual([exitCode, ok], [1, false]);
    assert.ok(findings.some(({ part, severity }) => part === 'token' && severity === 'error'), JSON.stringify(findings));
    const { exitCode: again, stdout } = await command(['doctor', file(good)], env);
    assert.equal(again, 1);
    assert.match(stdout, new RegExp(`^error: ${findings[0].code}$`, 'm'));
    assert.ok(!stdout.includes('MARKER'), stdout);
  });

  test('ends with 0 where there are warnings only: a secret in the file', async () => {
    const { CLIENT_ID: clientId, CLIENT_SECRET: clientSecret } = variables;
    const options = { ...good, clientId, clientSecret, tokenMapping: { accessToken: 'access_token' }, previousSealKeys: ['a key of before'] };
    const { exitCode, ok, findings } = await diagnosis([file(options)]);
    assert.deepEqual([exitCode, ok], [0, true]);
    assert.deepEqual(findings.map(({ code, option }) => `${code} ${option}`), ['secret_in_file clientSecret', 'secret_in_file previousSealKeys']);
  });

  test('takes a value from the environment as it is, whatever is in it', async () => {
    const { options } = await (await import(pathToFileURL(join(installed, 'bin/configuration.js')).href)).readConfiguration(
      join(project, file({ clientId: 'a ${A} b ${B}', endpointParams: { list: ['${A}'] }, timeoutMs: 5 })),
      { A: '${B} $& $1 $$', B: '"\\' },
    );
    assert.deepEqual(options, { clientId: 'a ${B} $& $1 $$ b "\\', endpointParams: { list: ['${B} $& $1 $$'] }, timeoutMs: 5 });
  });

  test('takes what the environment lacks from a file, and says what is cut there', async () => {
    // With the mark that editors of Windows put at the beginning.
    const lines = [`\ufeffCLIENT_SECRET='${variables.CLIENT_SECRET}'`, 'CLIENT_ID="of the file"', '# a#b', 'OTHER=MARKER#cut', 'FINE=a # b'];
    writeFileSync(join(project, 'vars'), `${lines.join('\n')}\n`);
    const { exitCode, codes, findings } = await diagnosis([file(good), '--env', 'vars'], { CLIENT_ID: variables.CLIENT_ID });
    assert.deepEqual([exitCode, codes], [0, ['variable_cut']]);
    assert.match(findings[0].message, /^OTHER in vars /);
  });

  test('tells of a proxy that Node.js goes without, where a server is not reached', async () => {
    const unreachable = file({ ...good, tokenUrl: 'http://127.0.0.1:9/token' });
    const env = { ...variables, HTTPS_PROXY: 'http://MARKER:MARKER@127.0.0.1:9' };
    assert.ok((await diagnosis([unreachable], env)).codes.includes('proxy_not_used'));
    assert.ok(!(await diagnosis([unreachable], variables)).codes.includes('proxy_not_used'));
    assert.deepEqual((await diagnosis([file(good)], env)).codes, []);
  });
});

describe('who calls it in another way', { concurrency: 2 }, () => {
  for (const [words, message] of [
    [[], /which command\? edge-oauth2 doctor config\.json/],
    [['config.json'], /did you mean edge-oauth2 doctor config\.json\?/],
    [['docter', 'config.json'], /did you mean doctor\?/],
    [['doctor'], /which configuration\?/],
    [['doctor', 'a.json', 'b.json'], /one configuration/],
    [['doctor', 'a.json', '--jason'], /did you mean --json\?/],
    [['doctor', 'a.json', '--loud'], /there are --path, --env, --json, --help, --version/],
    [['doctor', 'a.json', '--path'], /--path wants a value/],
    [['doctor', 'a.json', '--json=yes'], /--json takes no value/],
    [['doctor', 'a.json', '--path', 'C:/Program Files/Git/hello'], /leave its first slash out/],
    [['doctor', 'a.json', '--env', 'absent'], /absent of --env cannot be read \(ENOENT\)/],
  ]) {
    test(`is told: ${words.join(' ')}`, async () => {
      const { exitCode, stdout, stderr } = await command(words);
      assert.deepEqual([exitCode, stdout], [2, '']);
      assert.match(stderr, message);
      assert.match(stderr, /^edge-oauth2: [^\n]+ \[\w+\]\n$/);
    });
  }

  test('and asks for help, or the version, is given them', async () => {
    const help = await command(['--help']);
    assert.equal(help.exitCode, 0);
    for (const flag of ['--path', '--env', '--json', '--version']) assert.ok(help.stdout.includes(flag), flag);
    assert.ok(help.stdout.split('\n').every((line) => line.length <= 110));
    const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    assert.deepEqual(await command(['-v']), { exitCode: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('as a program among others', { concurrency: 2 }, () => {
  test('it is started by npx, by its name', async () => {
    const { exitCode, stdout } = await run('npx', ['--offline', 'edge-oauth2', 'doctor', file(good)], variables);
    assert.equal(exitCode, 0);
    assert.match(stdout, /passed +token/);
  });

  for (const [runtime, program, flags] of [
    ['Deno', join(root, 'tests/node_modules/.bin/deno'), ['run', '--no-prompt', '--node-modules-dir=manual', '-A']],
    ['Bun', bun(), ['run']],
  ]) {
    test(`it runs in ${runtime}`, async () => {
      const { exitCode, stdout, stderr } = await run(program, [...flags, join(installed, 'bin/edge-oauth2.js'), 'doctor', file(good)], variables);
      assert.equal(exitCode, 0, stdout + stderr);
      assert.match(stdout, /passed +token/);
    });
  }

  test('it ends in silence where its reader has read enough', async () => {
    for (const words of [['--help'], ['doctor', file(good)]]) {
      const line = `set -o pipefail; '${bin}' ${words.join(' ')} | true; echo "$?"`;
      const { stdout, stderr } = await run('bash', ['-c', line], variables);
      assert.deepEqual([stdout, stderr], ['0\n', '']);
    }
  });

  test('it writes all that it has to say into a pipe before it ends', async () => {
    const many = Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`secret${index}_secret`, 'MARKER']));
    const { stdout } = await command(['doctor', file({ ...good, endpointParams: many }), '--json'], variables);
    assert.ok(stdout.length > 200_000, `${stdout.length} characters`);
    assert.ok(JSON.parse(stdout).findings.length >= 2_000);
  });

  test('it has colours on a terminal, and nowhere else', async () => {
    const { shownOn } = await import(pathToFileURL(join(installed, 'bin/terminal.js')).href);
    const text = '  passed  token (1 ms)\n  failed  api\n\nerror: code\n';
    const terminal = { isTTY: true, hasColors: () => true };
    assert.ok(shownOn(terminal, text).startsWith('  \u001b[32mpassed\u001b[39m  token'));
    for (const stream of [{}, { isTTY: true }, { isTTY: true, hasColors: () => false }]) assert.equal(shownOn(stream, text), text);
    assert.equal(shownOn({}, 'said: \u001b[2J\u009b31m\r\u0007ü\n'), 'said: [2J31mü\n');
    assert.ok(!(await command(['doctor', file(good)], { ...variables, FORCE_COLOR: '1' })).stdout.includes('\u001b'));
  });

  test('it says so where Node.js is too old for it', async () => {
    const old = file("Object.defineProperty(process, 'versions', { value: { node: '20.18.3' } });", 'mjs');
    const words = ['--import', pathToFileURL(join(project, old)).href, join(installed, 'bin/edge-oauth2.js'), '--help'];
    const { exitCode, stdout, stderr } = await run(process.execPath, words);
    assert.deepEqual([exitCode, stdout], [2, '']);
    assert.match(stderr, /needs Node\.js 20\.19 or newer/);
  });

  test('its file begins as systems want it, with the line ends of Unix', () => {
    const packed = readFileSync(join(installed, 'bin/edge-oauth2.js'), 'utf8');
    assert.ok(packed.startsWith('#!/usr/bin/env node\n'));
    assert.ok(!packed.includes('\r'));
  });
});

/** npm has one package for each platform. */
function bun() {
  const folder = join(root, 'tests/node_modules/@oven');
  const program = join(folder, `bun-${process.platform}-${process.arch === 'arm64' ? 'aarch64' : 'x64'}`, 'bin/bun');
  chmodSync(program, 0o755);
  return program;
}
