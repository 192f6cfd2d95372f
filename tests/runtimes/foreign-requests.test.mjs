// Requests, bodies and signals of another realm (Vercel's edge runtime beside Node) and of a library (undici).
import { after, describe, test } from 'node:test';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EdgeVM } from '@edge-runtime/vm';
import * as undici from 'undici';
import { equal, ok, rejects } from './assert.mjs';
import { install, tarball } from './package.mjs';
import { createScene } from './scene.mjs';
import { startServers } from './servers.mjs';

const project = await install('foreign-requests', await tarball());
const entry = join(project, 'index.js');
await writeFile(entry, "export * from 'edge-oauth2';\n");
const edgeOAuth2 = await import(pathToFileURL(entry).href);
const { addresses, close } = await startServers();
after(close);

const { context } = new EdgeVM();

for (const [name, { Request, FormData, AbortController }, fetches] of [
  ['another realm', context, [globalThis.fetch]],
  ['undici', { ...undici, AbortController: globalThis.AbortController }, [globalThis.fetch, undici.fetch]],
]) {
  describe(`a Request of ${name}`, () => {
    const scene = () => createScene({ package: edgeOAuth2, addresses, runtime: 'foreign' });

    for (const [index, fetch] of fetches.entries()) {
      test(`is sent whole by ${index ? 'its own fetch' : "the host's"}`, async () => {
        const { client, baseUrl } = scene();
        const one = client({ fetch });
        const given = { method: 'POST', headers: { 'x-mine': '1' }, body: 'hello' };
        for (const args of [[new Request(`${baseUrl}/echo`, given)], ['/echo', new Request('https://elsewhere.example/', given)]]) {
          const { method, headers, body } = await (await one.fetch(...args)).json();
          equal([method, headers['x-mine'], body], ['POST', '1', 'hello']);
        }
        equal((await one.fetch(new Request(`${baseUrl}/echo`))).status, 200, 'without a body');
      });
    }

    test('is not one of ours', () => ok(!(new Request('https://a.example/') instanceof globalThis.Request), name));

    test('has a signal', async () => {
      const { client, baseUrl } = scene();
      const controller = new AbortController();
      const sent = rejects(client().fetch(new Request(`${baseUrl}/slow?ms=5000`, { signal: controller.signal })));
      setTimeout(() => controller.abort(), 100);
      equal((await sent).name, 'AbortError');
    });

    test('is not read when it is refused', async () => {
      const request = new Request('https://elsewhere.example/', { method: 'POST', body: 'hello' });
      await rejects(scene().client().fetch(request), { code: 'origin_not_allowed' });
      equal(await request.text(), 'hello');
    });
  });

  test(`a form of ${name} is copied, and sent again`, async () => {
    const { client, revoke } = createScene({ package: edgeOAuth2, addresses, runtime: 'foreign-forms' });
    const fetch = name === 'undici' ? undici.fetch : globalThis.fetch;
    const seen = [];
    const apply = ({ headers, body }, { accessToken }) => {
      body.append('token', accessToken);
      headers.set('x-token', accessToken);
      seen.push(body.getAll('token').length);
    };
    const one = client({ fetch, apply, scopes: 'api:read' });
    await revoke(await one.getToken());
    const body = new FormData();
    body.append('a', '1');
    const response = await one.fetch('/echo', { method: 'POST', body });
    equal([response.status, seen, [...body]], [200, [1, 1], [['a', '1']]]);
  });
}
