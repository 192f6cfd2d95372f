// The doctor in a Worker: behind a route for who may ask, in real workerd.
import { after, test } from 'node:test';
import { equal, ok } from './assert.mjs';
import { install, tarball } from './package.mjs';
import { answer, granted, page, refused, SECRET, startPlanted } from './planted.mjs';
import { bundle, compatibilityDates, startWorkerd } from './workerd.mjs';

const project = await install('doctor-workerd', await tarball());
const { plant, close } = await startPlanted();
after(close);

const isInBody = ({ params, pair }) => pair === undefined && params.client_secret === SECRET;
const plants = {
  'nothing where all is well': [{}, []],
  'a wrong style of authentication': [
    { '/token': (request) => (isInBody(request) ? granted() : refused('invalid_client')) },
    ['wrong_client_authentication'],
  ],
  'a page in place of a token': [{ '/token': () => page(200, 'Welcome') }, ['token_url_answers_page']],
  'a redirect': [{ '/token': () => ({ status: 302, headers: { location: 'https://sso.example.com/login' } }) }, ['token_url_redirects']],
  'an API that refuses the token': [{ '/api/hello': () => answer(401, {}, { 'www-authenticate': 'Bearer' }) }, ['api_refuses_token']],
  'a proxy that wants to know who asks': [{ '/token': () => ({ status: 407 }) }, ['proxy_refuses']],
};

for (const compatibilityDate of compatibilityDates) {
  const worker = await bundle('examined', { project, compatibilityDate });
  const workerd = await startWorkerd([{ ...worker, bindings: { KEY: 'a key', SECRET } }]);
  after(workerd.close);
  const examine = async (options, key = 'a key') => {
    const body = JSON.stringify({ options: { ...options, clientSecret: 'SECRET' }, checks: { path: '/hello' } });
    return await fetch(workerd.url, { method: 'POST', headers: { 'x-key': key }, body });
  };

  for (const [title, [answers, found]] of Object.entries(plants)) {
    test(`workerd ${compatibilityDate}: the doctor finds ${title}`, { timeout: 20_000 }, async () => {
      const text = await (await examine(plant(answers).options)).text();
      ok(!text.includes('MARKER'), text);
      equal(JSON.parse(text).findings.map(({ code }) => code), found, text);
    });
  }

  test(`workerd ${compatibilityDate}: a connection that does not come about is told as that`, { timeout: 20_000 }, async () => {
    const { options } = plant();
    const { findings } = await (await examine({ ...options, tokenUrl: 'https://nowhere.invalid/token', timeoutMs: 1_000 })).json();
    ok(['host_not_found', 'unreachable', 'gateway_failed', 'timeout'].includes(findings[0].code), JSON.stringify(findings));
  });

  test(`workerd ${compatibilityDate}: nobody else is told anything, and nothing secret was printed`, async () => {
    equal((await examine({}, 'another')).status, 403);
    const output = workerd.output.join('');
    ok(!output.includes('MARKER'), output);
  });
}
