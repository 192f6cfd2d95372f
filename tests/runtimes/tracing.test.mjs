// Spans as workerd itself tells of them, to a Worker that tails: whose they are, what they say, and what makes none.
import { after, describe, test } from 'node:test';
import { equal, eventually, ok, sleep } from './assert.mjs';
import { install, tarball } from './package.mjs';
import { createScene } from './scene.mjs';
import { startServers } from './servers.mjs';
import { bundle, compatibilityDates, startWorkerd } from './workerd.mjs';

const OURS = /^edge_oauth2\./;
/** Two isolates, the second of which has a memory of its own. */
const WORKERS = ['traced', 'other'];

const project = await install('tracing', await tarball());
const { addresses, close } = await startServers();
after(close);
const tail = {
  ...(await bundle('tail', { project, compatibilityDate: '2026-07-01' })),
  compatibilityFlags: ['streaming_tail_worker', 'experimental'],
};

async function start(compatibilityDate) {
  const traced = await bundle('traced', { project, compatibilityDate });
  const coordinated = { COORDINATOR: { className: 'Coordinator', scriptName: 'traced', useSQLite: true } };
  const bindings = { streamingTails: ['tail'], kvNamespaces: { TOKENS: 'tokens' }, durableObjects: coordinated };
  const crowd = { ...(await bundle('crowd', { project, compatibilityDate })), serviceBindings: { TRAFFIC: 'traced' } };
  const workerd = await startWorkerd([...WORKERS.map((name) => ({ ...traced, ...bindings, name })), tail, crowd]);
  after(workerd.close);
  return { compatibilityDate, workerd };
}

// All of them before the first test: the servers are there until the last that has been told of is over.
for (const { compatibilityDate, workerd } of await Promise.all(compatibilityDates.map(start))) {
  async function newScene(behaviour = { delayMs: 150 }) {
    const scene = createScene({ package: {}, addresses, runtime: `${compatibilityDate}-tracing` });
    await scene.behave(behaviour);
    return scene;
  }

  let requests = 0;
  /** Sends a request; gives what its calls came to, and its spans. */
  async function send(message, worker = 'traced') {
    const path = `/${(requests += 1)}`;
    const handler = await workerd.worker(worker);
    const response = await handler.fetch(`http://traced${path}`, { method: 'POST', body: JSON.stringify(message) });
    return { answers: JSON.parse(await response.text()), ...(await recorded(path)) };
  }

  /** The spans of a request, when it is over. */
  async function recorded(path) {
    const tailing = await workerd.worker('tail');
    let trace = {};
    const isOver = async () => (trace = await (await tailing.fetch(`http://tail${path}`)).json()).isOver;
    await eventually(isOver, `the trace of ${path}`, 10_000);
    for (const { name, fromMs, toMs } of trace.spans) ok(toMs >= fromMs, `${name} ended: ${fromMs} to ${toMs}`);
    ok(!JSON.stringify(trace).includes('MARKER'), 'no secret in a span');
    return { spans: trace.spans, ours: trace.spans.filter(({ name }) => OURS.test(name)) };
  }
  const shown = (spans) => spans.map(({ name, within }) => `${name} in ${within}`);

  describe(`workerd ${compatibilityDate}`, { timeout: 60_000 }, () => {
    test('a grant is a span of who waits for it, and has the request to the server in it; a hit makes none', async () => {
      const scene = await newScene();
      const { answers, spans } = await send({ options: scene.options() });
      equal(answers, [200]);
      equal(shown(spans), ['call in the request', 'edge_oauth2.grant in call', 'fetch in edge_oauth2.grant', 'fetch in call']);
      const [, grant] = spans;
      const { hostname, port } = new URL(scene.tokenEndpoint);
      equal(grant.attributes, { 'server.address': hostname, 'server.port': Number(port), 'http.response.status_code': 200 });
      const again = await send({ options: scene.options() });
      equal([again.answers, shown(again.spans)], [[200], ['call in the request', 'fetch in call']]);
    });

    test('of 20 requests at once one has a span of the grant, and each of the others one of its wait for it', async () => {
      const scene = await newScene();
      const sent = await Promise.all(Array.from({ length: 20 }, () => send({ options: scene.options() })));
      const kinds = sent.flatMap(({ ours }) => shown(ours)).toSorted();
      equal(kinds, [...Array.from({ length: 19 }, () => 'edge_oauth2.flight in call'), 'edge_oauth2.grant in call']);
      equal(await scene.grants(), 1, 'grants');
      for (const { answers, ours } of sent) {
        equal([answers, ours.length], [[200], 1]);
        ok(ours[0].toMs > ours[0].fromMs, `${ours[0].name} took no time`);
      }
    });

    test('calls that one request begins in one turn have each its own', async () => {
      const scene = await newScene();
      const others = await newScene();
      const [one, other] = await Promise.all([scene, others].map((it) => send({ options: it.options(), calls: ['a', 'b', 'c'] })));
      for (const { ours } of [one, other]) {
        equal(shown(ours).toSorted(), ['edge_oauth2.flight in b', 'edge_oauth2.flight in c', 'edge_oauth2.grant in a']);
      }
    });

    test('a refusal is told by its code and the status', async () => {
      const scene = await newScene({ status: 400, body: '{"error":"invalid_scope","error_description":"MARKER"}' });
      for (const tracer of ['now', 'before']) {
        const { answers, ours } = await send({ options: scene.options({ errorCacheSeconds: 0 }), tracer });
        const [{ name, attributes }] = ours;
        equal([answers, ours.length, name], [['token_request_rejected'], 1, 'edge_oauth2.grant']);
        equal([attributes['error.type'], attributes['http.response.status_code']], ['token_request_rejected', 400], tracer);
      }
    });

    test('attempts at one grant are one span, which says how many more there were', async () => {
      const scene = await newScene({ status: 503, body: '', times: 1 });
      const { answers, spans, ours } = await send({ options: scene.options() });
      equal([answers, shown(ours)], [[200], ['edge_oauth2.grant in call']]);
      equal(shown(spans).filter((it) => it === 'fetch in edge_oauth2.grant').length, 2, 'requests');
      equal(ours[0].attributes['edge_oauth2.grant.retries'], 1);
    });

    test('who gives up waiting has a span until then', async () => {
      const scene = await newScene({ delayMs: 600 });
      const { ours } = await send({ options: scene.options(), abandonMs: 100 });
      equal(shown(ours), ['edge_oauth2.grant in call']);
      equal(ours[0].attributes['edge_oauth2.aborted'], true);
    });

    test('who is cancelled has a span until then, and who takes over one of its wait and one of the grant', async () => {
      const scene = await newScene({ silent: true, times: 1 });
      const plan = [{ beginMs: 0, abandonMs: 200, path: 'gone' }, { beginMs: 50, path: 'heir' }];
      const body = JSON.stringify({ plan, options: { options: scene.options(), withoutWaitUntil: true } });
      const handler = await workerd.worker('crowd');
      const [gone, answers] = await (await handler.fetch('http://crowd', { method: 'POST', body })).json();
      equal([gone.abandoned, answers], [true, [200]]);
      equal(shown((await recorded('/gone')).ours), ['edge_oauth2.grant in call']);
      const { ours } = await recorded('/heir');
      equal(shown(ours), ['edge_oauth2.flight in call', 'edge_oauth2.grant in call']);
      equal(ours[0].attributes['edge_oauth2.flight.taken_over'], true);
    });

    test('a renewal in the background makes none', async () => {
      const scene = await newScene({});
      // Due between 0.6 and 2.8 seconds, and good for 6.
      const options = scene.options({ endpointParams: { lifetime: 8 }, refreshAhead: 0.1 });
      await send({ options });
      await sleep(3_000);
      const { answers, ours } = await send({ options });
      equal([answers, shown(ours)], [[200], []]);
      equal(await scene.grants(), 2, 'grants');
    });

    test('a cron trigger that warms has spans of it', async () => {
      const scene = await newScene();
      equal(shown((await send({ options: scene.options(), action: 'warm' })).ours), ['edge_oauth2.grant in call']);
      equal(shown((await send({ options: scene.options(), action: 'warm' })).ours), []);
    });

    test('a store that fails is told', async () => {
      const scene = await newScene();
      const { answers, ours } = await send({ options: scene.options(), store: 'failing' });
      equal([answers, shown(ours)], [[200], ['edge_oauth2.store in call', 'edge_oauth2.grant in call']]);
      equal(ours[0].attributes['error.type'], 'store_error');
    });

    for (const store of compatibilityDate < '2024-04-03' ? ['kv'] : ['kv', 'coordinator']) {
      test(`${store}: the look into the store, the lease and the grant, one after the other; elsewhere the look alone`, async () => {
        const scene = await newScene();
        const message = { options: scene.options(), store };
        const { answers, spans, ours } = await send(message);
        equal(answers, [200]);
        const [look, lease, ...more] = ours;
        equal(shown([look, lease, more.at(-1)]), ['edge_oauth2.store in call', 'edge_oauth2.lease in call', 'edge_oauth2.grant in call']);
        equal(look.attributes['edge_oauth2.store.result'], 'miss');
        for (const [index, { fromMs }] of ours.entries()) ok(index === 0 || fromMs >= ours[index - 1].toMs, 'one after the other');
        const within = spans.filter((span) => OURS.test(span.within)).map(({ name }) => name);
        ok(within.length > ours.length && within.includes('fetch'), `what workerd tells of them is in them: ${within}`);
        const elsewhere = await send(message, 'other');
        equal([elsewhere.answers, shown(elsewhere.ours)], [[200], ['edge_oauth2.store in call']]);
        equal(elsewhere.ours[0].attributes['edge_oauth2.store.result'], 'hit');
      });

      test(`${store}: who waits for the grant of another isolate has one span of it`, async () => {
        // Long enough for the other to begin.
        const scene = await newScene({ delayMs: 1_200 });
        const message = { options: scene.options(), store };
        const both = await Promise.all(WORKERS.map((worker) => send(message, worker)));
        equal(await scene.grants(), 1, 'grants');
        const waiting = both.find(({ ours }) => !shown(ours).includes('edge_oauth2.grant in call'));
        equal([waiting.answers, shown(waiting.ours)], [[200], ['edge_oauth2.store in call', 'edge_oauth2.lease in call']]);
        equal(waiting.ours[1].attributes['edge_oauth2.lease.held_by_other'], true);
      });
    }
  });
}
