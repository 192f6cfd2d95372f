// The declarations are right: for the compiler, for package linters, and against what is really there.
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { createConsumer, manifest, packageDir, tarball } from './consumer.mjs';
import { root, tool } from './tool.mjs';

/** What is compiled everywhere. */
const FILES = ['types', 'm2m', 'inbound', 'compat', 'testing', 'doctor'].map((name) => `${name}.test-d.ts`);

let dir;
before(async () => {
  dir = await createConsumer('types');
  for (const file of [...FILES, 'cloudflare.test-d.ts', 'stores.test-d.ts', 'telemetry.test-d.ts']) {
    copyFileSync(join(import.meta.dirname, file), join(dir, file));
  }
});

describe('the compiler accepts what is right and refuses what is wrong', () => {
  const modules = join(root, 'tests/node_modules');
  const settings = {
    'in Workers': {
      lib: ['ES2022'],
      typeRoots: [join(modules, '@cloudflare')],
      types: ['workers-types'],
      files: ['cloudflare.test-d.ts'],
    },
    'in Node': {
      lib: ['ES2022'],
      typeRoots: [join(modules, '@types')],
      types: ['node'],
      paths: Object.fromEntries(['@opentelemetry/api', 'keyv', 'unstorage'].map((name) => [name, [join(modules, name)]])),
      skipLibCheck: true,
      files: ['stores.test-d.ts', 'telemetry.test-d.ts'],
    },
    'in Node, with nothing skipped': { lib: ['ES2022'], typeRoots: [join(modules, '@types')], types: ['node'] },
    'in browsers': { lib: ['ES2022', 'DOM', 'DOM.Iterable'], types: [] },
    'under node16 resolution': { lib: ['ES2022', 'DOM', 'DOM.Iterable'], types: [], module: 'node16', moduleResolution: 'node16' },
  };
  for (const [title, setting] of Object.entries(settings)) {
    test(title, async () => {
      const { files = [], ...environment } = setting;
      const compilerOptions = {
        target: 'ES2022',
        module: 'ESNext',
        moduleResolution: 'bundler',
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        ...environment,
      };
      const config = join(dir, 'tsconfig.json');
      writeFileSync(config, JSON.stringify({ compilerOptions, files: [...FILES, ...files] }));
      await tool('tsc', ['--project', config]);
    });
  }
});

describe('a CommonJS file of TypeScript imports all entries', () => {
  const ways = { node16: 'node16', preserve: 'bundler' };
  for (const [module, moduleResolution] of Object.entries(ways)) {
    test(`with module ${module}`, async () => {
      const specifiers = Object.entries(manifest.exports).flatMap(([name, { types }]) => (types?.require ? [name.replace('.', 'edge-oauth2')] : []));
      assert.ok(specifiers.length >= 10, specifiers.join(', '));
      const imports = specifiers.map((specifier, index) => `import * as entry${index} from '${specifier}'; void entry${index};`);
      const use = `import { OAuth2Client, type Token } from 'edge-oauth2';
        export const token: Promise<Token> = new OAuth2Client({ tokenUrl: '', clientId: '', clientSecret: '' }).getToken();`;
      writeFileSync(join(dir, 'file.cts'), [...imports, use].join('\n'));
      const compilerOptions = {
        target: 'ES2022',
        lib: ['ES2022', 'DOM', 'DOM.Iterable'],
        types: [],
        strict: true,
        noEmit: true,
        module,
        moduleResolution,
      };
      const config = join(dir, 'tsconfig.cts.json');
      writeFileSync(config, JSON.stringify({ compilerOptions, files: ['file.cts'] }));
      await tool('tsc', ['--project', config]);
    });
  }
});

test('editors show what each option means, in which unit, and what it is where nothing is said', () => {
  const REQUIRED = ['clientId', 'username', 'password', 'refreshToken', 'assertion', 'token'];
  const file = join(packageDir, 'entries/index.d.ts');
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const membersOf = (name) => source.statements.find((it) => it.name?.text === name).members;
  const options = [...membersOf('ClientOptions')];
  assert.ok(options.length > 40, `${options.length} options`);
  for (const option of options) {
    const name = option.name.text;
    const text = option.jsDoc?.map((doc) => doc.getText()).join() ?? '';
    const hasDefault = ts.getJSDocTags(option).some((tag) => tag.tagName.text === 'defaultValue');
    assert.ok(hasDefault || (REQUIRED.includes(name) && /require/i.test(text)), `${name} says what it is where nothing is said: ${text}`);
    if (/(Ms|Seconds)$/.test(name)) assert.match(text, /Ms$/.test(name) ? /millisecond/i : /\bseconds/i, name);
  }
  // What is said of each stands before its bar.
  const codes = source.statements.find((it) => it.name?.text === 'OAuth2ErrorCode').type;
  for (const part of codes.getText().split('|').slice(1, -1)) assert.match(part, /\/\*\* .+ \*\/\s*$/s, part);
  for (const name of ['OAuth2Client', 'OAuth2Error']) {
    const tags = ts.getJSDocTags(source.statements.find((it) => it.name?.text === name));
    assert.ok(tags.some((tag) => tag.tagName.text === 'example'), `${name} has an example`);
  }
});

test('publint has nothing to say', async () => {
  await tool('publint', [packageDir, '--strict']);
});

test('are the types wrong? no', async () => {
  const wasm = ['', '_m2m', '_inbound', '_all'].map((build) => `edge_oauth2${build}.wasm`);
  // The wasm has no types, and Workers no CommonJS.
  await tool('attw', [tarball, '--exclude-entrypoints', ...wasm, 'cloudflare']);
  await tool('attw', [tarball, '--ignore-rules', 'cjs-resolves-to-esm', '--entrypoints', 'cloudflare']);
});

describe('the declarations name what is there', () => {
  const entries = [
    ...['index', 'slim', 'm2m', 'inbound', 'all'].map((name) => `entries/${name}`),
    ...['ballerina', 'integration-app', 'lowdefy', 'simple-oauth2', 'workato'].map((name) => `compat/${name}`),
    'testing/index', 'doctor/index', 'telemetry/index',
  ];
  const program = ts.createProgram(
    entries.map((entry) => join(packageDir, `${entry}.d.ts`)),
    { target: ts.ScriptTarget.ES2022 },
  );
  const checker = program.getTypeChecker();
  const declared = (file) => checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(join(packageDir, file))));
  const membersOf = (name, file = 'entries/index.d.ts') => checker.getDeclaredTypeOfSymbol(declared(file).find((symbol) => symbol.name === name));
  const load = (file) => import(pathToFileURL(join(packageDir, file)).href);
  const names = (symbols) => symbols.map((symbol) => symbol.name).sort();
  const isValue = (symbol) => {
    const itself = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : checker.getExportSymbolOfSymbol(symbol);
    return itself.flags & ts.SymbolFlags.Value;
  };

  for (const entry of entries) {
    test(`exports of ${entry}`, async () => {
      assert.deepEqual(names(declared(`${entry}.d.ts`).filter(isValue)), Object.keys(await load(`${entry}.js`)).sort());
    });
  }

  test('members of OAuth2Client', async () => {
    const { OAuth2Client } = await load('entries/index.js');
    const client = new OAuth2Client({ tokenUrl: 'https://auth.example.com', clientId: 'id', clientSecret: 'secret' });
    assert.deepEqual(names(membersOf('OAuth2Client').getProperties()), membersAtRunTime(client));
  });

  test('members of the OAuth2Client of m2m, and those that are refused', async () => {
    const { OAuth2Client } = await load('entries/m2m.js');
    const client = new OAuth2Client({ tokenUrl: 'https://auth.example.com', clientId: 'id', clientSecret: 'secret' });
    const leftOut = ['authorizationUrl', 'callback', 'refresh', 'revoke', 'revokeAll', 'tokenFrom'];
    const declaredMembers = names(membersOf('OAuth2Client', 'entries/m2m.d.ts').getProperties());
    assert.deepEqual([...declaredMembers, ...leftOut].sort(), membersAtRunTime(client));
  });

  /** Also those of the classes that its own extends. */
  function membersAtRunTime(client) {
    const members = new Set(Object.keys(client));
    for (let prototype = Object.getPrototypeOf(client); prototype !== Object.prototype; prototype = Object.getPrototypeOf(prototype)) {
      for (const name of Object.getOwnPropertyNames(prototype)) members.add(name);
    }
    members.delete('constructor');
    return [...members].sort();
  }

  test('members of what is for tests', async () => {
    const { Clock, FakeAuthorizationServer } = await load('testing/index.js');
    const server = new FakeAuthorizationServer();
    for (const [name, one] of [['FakeAuthorizationServer', server], ['FakeApi', server.api], ['Clock', new Clock()]]) {
      const members = membersAtRunTime(one).filter((member) => !(name === 'FakeApi' && member === 'receive'));
      assert.deepEqual(names(membersOf(name, 'testing/index.d.ts').getProperties()), members);
    }
  });

  for (const [entry, name] of [
    ['index', 'OAuth2Client'],
    ['inbound', 'TokenIntrospector'],
    ['inbound', 'JwtVerifier'],
    ['inbound', 'Guard'],
  ]) {
    test(`options of ${name}`, async () => {
      const { [name]: Class } = await load(`entries/${entry}.js`);
      const declaredOptions = names(membersOf(`${name}Options`, `entries/${entry}.d.ts`).getProperties());
      // The error about a name that resembles none lists them all.
      assert.throws(
        () => new Class({ aNameThatResemblesNoOtherName: 1 }),
        ({ message }) => {
          assert.deepEqual(message.split('there are ')[1].split(', ').sort(), declaredOptions);
          return true;
        },
      );
    });
  }

  for (const [name, options] of Object.entries({
    TokenIntrospector: { introspectionUrl: 'https://auth.example.com' },
    JwtVerifier: { issuer: 'https://auth.example.com', audience: 'api' },
  })) {
    test(`members of ${name}, and of a guard of it`, async () => {
      const { [name]: Class, Guard } = await load('entries/inbound.js');
      const one = new Class(options);
      assert.deepEqual(names(membersOf(name, 'entries/inbound.d.ts').getProperties()), membersAtRunTime(one));
      const guard = new Guard({ [name === 'JwtVerifier' ? 'verifier' : 'introspector']: one });
      assert.deepEqual(names(membersOf('Guard', 'entries/inbound.d.ts').getProperties()), membersAtRunTime(guard));
    });
  }
});
