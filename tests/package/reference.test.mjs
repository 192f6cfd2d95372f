// The pages of reference name what there is, all of it and nothing else.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { API_CAUSES } from '../../pkg-templates/doctor/api-causes.js';
import { CAUSES } from '../../pkg-templates/doctor/causes.js';
import { pagesOf } from '../../pkg-templates/documents.mjs';
import { root } from './tool.mjs';

const read = (file) => readFileSync(join(root, file), 'utf8');
const types = ts.createSourceFile('index.d.ts', read('pkg-templates/entries/index.d.ts'), ts.ScriptTarget.Latest, true);
const declared = (name) => types.statements.find((statement) => statement.name?.text === name);

/** Every property that is declared within a node, with the default that its comment names. */
function propertiesOf(node) {
  const properties = new Map();
  const visit = (child) => {
    if (ts.isPropertySignature(child)) {
      const tag = ts.getJSDocTags(child).find(({ tagName }) => tagName.text === 'defaultValue');
      properties.set(child.name.text, ts.getTextOfJSDocComment(tag?.comment));
    } else ts.forEachChild(child, visit);
  };
  ts.forEachChild(node, visit);
  return properties;
}

/** The texts among the types of a union. */
const literalsOf = (node) => node.type.types.map(({ literal }) => literal.text);

/** The rows of a page's tables, without their heads, whose first cell has code. */
function rowsOf(page) {
  const rows = read(page).match(/^\| `.+$(?!\n\|-)/gm).map((line) => line.split('|').map((cell) => cell.trim()));
  return rows.map(([, first, second]) => ({ names: [...first.matchAll(/`([^`]+)`/g)].map(([, name]) => name), second }));
}

/** What goes with one value of an option has no row of its own. */
const WITH_GRANT = ['username', 'password', 'refreshToken', 'assertion', 'token'];

test('docs/options.md has every option', () => {
  const options = [...propertiesOf(declared('ServerOptions')), ...propertiesOf(declared('ClientOptions'))];
  const names = rowsOf('docs/options.md').flatMap((row) => row.names);
  assert.deepEqual(names.toSorted(), [...new Set(options.map(([name]) => name))].filter((name) => !WITH_GRANT.includes(name)).toSorted());
  for (const name of WITH_GRANT) assert.match(read('docs/options.md'), new RegExp(`^\\| \`grant\` .*\`${name}\``, 'm'));
});

test('docs/options.md says the same defaults as the types', () => {
  const defaults = propertiesOf(declared('ClientOptions'));
  const literals = (text = '') => (text.startsWith('`') ? [...text.matchAll(/`([^`]+)`/g)].map(([, literal]) => literal) : []);
  const compared = rowsOf('docs/options.md').flatMap(({ names, second }) =>
    names.map((name, index) => [name, literals(second)[index], literals(defaults.get(name))[0]]),
  );
  const isWhole = (literal) => literal !== undefined && !literal.includes('…');
  const both = compared.filter(([, page, type]) => isWhole(page) && isWhole(type));
  assert.ok(both.length > 10, `compared ${both.length}`);
  for (const [name, page, type] of both) assert.equal(page, type, name);
});

test('docs/errors.md has every code', () => {
  const [codes] = read('docs/errors.md').split(/^What a refusal means/m);
  const names = [...codes.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, cell]) => [...cell.matchAll(/`(\w+)`/g)].map(([, code]) => code));
  assert.deepEqual(names.toSorted(), literalsOf(declared('OAuth2ErrorCode')).toSorted());
});

test('docs/events.md has every type', () => {
  const events = declared('OAuth2Event').type.types.map(({ members }) => members.find(({ name }) => name.text === 'type').type.literal.text);
  const names = rowsOf('docs/events.md').flatMap((row) => row.names);
  assert.deepEqual(names.toSorted(), events.toSorted());
});

test('docs/doctor.md has every code, as the severity that it has', () => {
  const [, section] = read('docs/doctor.md').split(/^## What it finds\n(.*?)^## /ms);
  const names = [...section.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, cell]) => [...cell.matchAll(/`(\w+)`/g)].map(([, code]) => code));
  const causes = { ...CAUSES, ...API_CAUSES };
  assert.deepEqual(names.toSorted(), Object.keys(causes).toSorted());
  for (const [code, { severity }] of Object.entries(causes)) {
    const warned = new RegExp(`\`${code}\`[^|]*\\(warnings?\\)`).test(section);
    assert.equal(warned, severity === 'warning', code);
  }
});

test('docs/doctor.md has every code of stores, and of the command', () => {
  const [, sections] = read('docs/doctor.md').split(/^## At a terminal$/m);
  const names = [...sections.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, cell]) => [...cell.matchAll(/`(\w+)`/g)].map(([, code]) => code));
  const sourceOf = (folder) => readdirSync(join(root, folder)).map((file) => read(`${folder}/${file}`)).join('\n');
  const ofStores = [...sourceOf('pkg-templates/doctor').matchAll(/'(store_\w+)'/g)];
  const ofCommand = [...sourceOf('pkg-templates/bin').matchAll(/(?:warning|new Problem)\(\s*'(\w+)'/g)];
  const codes = new Set([...ofStores, ...ofCommand].map(([, code]) => code));
  assert.ok(codes.size > 30, `${codes.size} codes`);
  assert.deepEqual(names.toSorted(), [...codes].toSorted());
});

test('CONTRIBUTING.md has every command, and no folder that is not there', () => {
  const commandsIn = (text) => new Set([...text.matchAll(/cargo xtask (\w+)/g)].map(([, command]) => command));
  const [usage] = read('xtask/src/main.rs').match(/const USAGE.*?";$/ms);
  assert.deepEqual([...commandsIn(read('CONTRIBUTING.md'))].toSorted(), [...commandsIn(usage)].toSorted());
  const [, table] = read('CONTRIBUTING.md').match(/^## Where things are\n(.*?)^Dependencies/ms);
  for (const [, folders] of table.matchAll(/^\| (`.+?`) \|/gm)) {
    for (const [, path] of folders.matchAll(/`([^`]+)`/g)) assert.ok(existsSync(join(root, path)), path);
  }
});

test('the documents name every entry', () => {
  const { exports } = JSON.parse(read('pkg-templates/package.json'));
  const entries = Object.keys(exports).filter((path) => path !== './package.json').map((path) => path.replace('.', 'edge-oauth2'));
  const documents = ['README.md', ...pagesOf(root)].map(read).join('\n');
  assert.deepEqual(entries.filter((entry) => !documents.includes(entry)), []);
});
