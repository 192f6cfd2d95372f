// The doctor finds what is planted at scripted servers, names it, and says what to change.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { blocksOf } from '../package/markdown.mjs';
import { faults } from './faults.mjs';
import { root } from './package.mjs';
import { answer, api, challenge, codesOf, examined, granted, isInBody, loadDoctor, refused, REFUSED, SECRET, startPlanted } from './planted.mjs';

const doctor = await loadDoctor('doctor');
const { plant, close } = await startPlanted();
after(close);

// Where redirects of these lead: a page with a form for a password, and an API that takes nobody.
plant({ '/login': () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<!doctype html><input type="password">' }) });
plant({ '/api/hello': () => ({ status: 401 }) });

describe('the doctor finds', { concurrency: 4 }, () => {
  for (const [title, { answers, changed, checks, found, advice, message }] of Object.entries(faults)) {
    test(title, async () => {
      const place = plant(answers);
      const diagnosis = await examined(doctor, { ...place.options, ...changed?.(place) }, checks);
      assert.deepEqual(codesOf(diagnosis), found, JSON.stringify(diagnosis.findings, null, 2));
      if (advice) assert.match(diagnosis.findings[0].advice, advice);
      if (message) assert.match(diagnosis.findings[0].message, message);
      const asked = place.requests.filter(({ path }) => path.endsWith('token'));
      assert.ok(asked.length <= 8, `${asked.length} token requests`);
    });
  }

  test('several things that are wrong at once, one behind the other', async () => {
    const { options } = plant({
      '/token': (request) => {
        if (!request.isJson) return answer(415, {});
        if (request.params.client_secret !== SECRET) return REFUSED;
        return request.params.scope ? refused('invalid_scope') : granted();
      },
      ...api(answer(403, {}, challenge('Bearer error="insufficient_scope"'))),
    });
    const diagnosis = await examined(doctor, { ...options, scopes: 'fly' });
    assert.deepEqual(codesOf(diagnosis), ['wants_json', 'wrong_client_authentication', 'invalid_scope', 'insufficient_scope']);
  });
});

test('the page shows what it says', async () => {
  const [shown] = blocksOf(readFileSync(join(root, 'docs/doctor.md'), 'utf8')).filter(({ language }) => language === 'text');
  const { options } = plant({ '/token': (request) => (isInBody(request) ? granted() : refused('invalid_client')) });
  const told = doctor.describe(await examined(doctor, options));
  const [page, terminal] = [shown.text, told].map((text) => text.trim().replaceAll(/\d+ ms/g, '… ms'));
  assert.equal(terminal, page);
});

test('a check that there is not is an error, and options that are none are a finding', async () => {
  await assert.rejects(doctor.doctor({}, { paht: '/hello' }), /no check paht/);
  for (const options of [null, 'a text', {}]) assert.deepEqual(codesOf(await examined(doctor, options)), ['invalid_option']);
});

test('a signal stops it', async () => {
  const { options } = plant({ '/token': () => new Promise((done) => setTimeout(done, 1_000, granted())) });
  const reason = new Error('enough');
  await assert.rejects(doctor.doctor(options, { signal: AbortSignal.abort(reason) }), reason);
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 50);
  await assert.rejects(doctor.doctor(options, { signal: controller.signal }), reason);
});
