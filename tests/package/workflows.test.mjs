// The workflows run what README says, with actions that nobody can exchange, and publish without a token that somebody keeps.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './tool.mjs';

const folder = join(root, '.github/workflows');
const workflows = new Map(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
const manifest = readFileSync(join(root, 'Cargo.toml'), 'utf8');
const runs = (file) => [...workflows.get(file).matchAll(/^ *- run: (.+)$/gm)].map(([, command]) => command);

test('actions are pinned by the hash of a commit', () => {
  const actions = [...workflows.values()].flatMap((workflow) => workflow.match(/uses: .+/g));
  for (const action of actions) assert.match(action, /^uses: [\w.-]+\/[\w.-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/);
});

test('CI runs the two commands of README, and the oldest Rust that the crate promises', () => {
  const commands = readFileSync(join(root, 'README.md'), 'utf8').match(/^cargo xtask \w+/gm);
  assert.deepEqual(runs('ci.yml').filter((command) => command.startsWith('cargo xtask')), commands);
  const [, oldest] = manifest.match(/^rust-version = "(.+)"$/m);
  assert.match(workflows.get('ci.yml'), new RegExp(`^ {2}OLDEST_RUST: ${oldest}\\.0$`, 'm'));
});

test('a release is tested first, and needs no secret', () => {
  const commands = runs('release.yml');
  const positionOf = (begin) => commands.findIndex((command) => command.startsWith(begin));
  assert.ok(positionOf('cargo xtask test') < positionOf('npm publish'));
  assert.ok(positionOf('npm publish') < positionOf('cargo publish'));
  for (const workflow of workflows.values()) assert.doesNotMatch(workflow, /secrets\./);
});
