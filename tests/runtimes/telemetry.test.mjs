// Spans and metrics by OpenTelemetry's own libraries, in Node; and what tracers may do that are nobody's.
import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { context, diag, DiagLogLevel, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { AlwaysOffSampler, BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { install, root, run, tarball } from './package.mjs';
import { createScene } from './scene.mjs';
import { startServers } from './servers.mjs';

const project = await install('telemetry', await tarball());
const file = join(project, 'entries.js');
await writeFile(file, "export * from 'edge-oauth2';\nexport * from 'edge-oauth2/telemetry';\n");
const entries = await import(pathToFileURL(file));
const { metrics, spans } = entries;

const { addresses, close } = await startServers();
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = provider.getTracer('application');
/** What the libraries have to say, as of spans that are ended twice, or written to when they have ended. */
const complaints = [];
const complain = (...words) => complaints.push(words.join(' '));
diag.setLogger({ error: complain, warn: complain, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);
beforeEach(() => exporter.reset());
afterEach(() => assert.deepEqual(complaints, []));
after(async () => {
  context.disable();
  await provider.shutdown();
  await close();
});

async function newScene(behaviour = { delayMs: 100 }) {
  const scene = createScene({ package: entries, addresses, runtime: 'telemetry' });
  await scene.behave(behaviour);
  return scene;
}

/** Runs `work` as a request that has a trace of its own. */
const asRequest = (work) =>
  context.with(ROOT_CONTEXT, () =>
    tracer.startActiveSpan('request', async (span) => {
      try {
        return await work();
      } finally {
        span.end();
      }
    }),
  );

/** The host's fetch as libraries instrument it. */
const instrumented = (input, init) =>
  tracer.startActiveSpan('POST', async (span) => {
    try {
      return await fetch(input, init);
    } finally {
      span.end();
    }
  });

/** What was recorded, as `name in the name of its parent`, by traces. */
function traces() {
  const recorded = exporter.getFinishedSpans();
  const nameOf = (id) => recorded.find((span) => span.spanContext().spanId === id)?.name ?? 'nothing';
  const traceOf = (span) => span.spanContext().traceId;
  return Array.from(new Set(recorded.map(traceOf)), (trace) => {
    const spans = recorded.filter((span) => traceOf(span) === trace);
    return spans.map((span) => `${span.name} in ${nameOf(span.parentSpanContext?.spanId)}`).toSorted();
  });
}

const named = (name) => exporter.getFinishedSpans().filter((span) => span.name === name);
const milliseconds = ([seconds, nanoseconds]) => seconds * 1_000 + nanoseconds / 1_000_000;

describe('spans', { timeout: 30_000 }, () => {
  test('a grant is a span in that of who waits, and has the requests of an instrumented fetch in it; a hit makes none', async () => {
    const scene = await newScene();
    const client = scene.client({ tracing: spans(tracer), fetch: instrumented });
    await asRequest(() => client.fetch('/echo'));
    // They have ended when the caller hears of it, and are exported with the rest.
    assert.deepEqual(traces(), [['POST in edge_oauth2.grant', 'POST in request', 'edge_oauth2.grant in request', 'request in nothing']]);
    const [grant] = named('edge_oauth2.grant');
    const { hostname, port } = new URL(scene.tokenEndpoint);
    assert.deepEqual(grant.attributes, { 'server.address': hostname, 'server.port': Number(port), 'http.response.status_code': 200 });
    assert.equal(grant.status.code, SpanStatusCode.UNSET);
    assert.ok(milliseconds(grant.duration) >= 90, `${milliseconds(grant.duration)} ms`);
    exporter.reset();
    await asRequest(() => client.fetch('/echo'));
    assert.deepEqual(traces(), [['POST in request', 'request in nothing']]);
  });

  test('of 50 requests at once each has its own: one of the grant, the others of their wait', async () => {
    const scene = await newScene();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => asRequest(() => scene.client({ tracing: spans(tracer) }).fetch('/echo'))),
    );
    assert.ok(answers.every(({ status }) => status === 200));
    assert.equal(await scene.grants(), 1);
    const all = traces();
    assert.equal(all.length, 50);
    assert.equal(all.filter((one) => one.join() === 'edge_oauth2.grant in request,request in nothing').length, 1);
    assert.equal(all.filter((one) => one.join() === 'edge_oauth2.flight in request,request in nothing').length, 49);
  });

  test('requests of two clients that meet in one turn are not mixed up', async () => {
    const scenes = await Promise.all(Array.from({ length: 10 }, () => newScene({ delayMs: 50 })));
    const call = (scene) =>
      tracer.startActiveSpan(scene.baseUrl, async (span) => {
        await scene.client({ tracing: spans(tracer), fetch: instrumented, identity: 'one' }).getToken();
        span.end();
      });
    await Promise.all(scenes.map((scene) => context.with(ROOT_CONTEXT, () => call(scene))));
    const traceOf = ({ baseUrl }) => ['POST in edge_oauth2.grant', `edge_oauth2.grant in ${baseUrl}`, `${baseUrl} in nothing`];
    const expected = scenes.map((scene) => traceOf(scene).toSorted());
    assert.deepEqual(traces().map(String).toSorted(), expected.map(String).toSorted());
  });

  test('a failure has its code, the status, and none of its words', async () => {
    const scene = await newScene({ status: 401, body: '{"error":"invalid_client","error_description":"MARKER description"}' });
    const client = scene.client({ tracing: spans(tracer) });
    await assert.rejects(asRequest(() => client.getToken()), { code: 'token_request_rejected' });
    const [{ attributes, status, events }] = named('edge_oauth2.grant');
    assert.deepEqual(
      [attributes['error.type'], attributes['http.response.status_code'], status, events],
      ['token_request_rejected', 401, { code: SpanStatusCode.ERROR }, []],
    );
    // It is remembered, and nobody waits for it again.
    exporter.reset();
    await assert.rejects(asRequest(() => client.getToken()), { code: 'token_request_rejected' });
    assert.deepEqual(traces(), [['request in nothing']]);
  });

  test('no span has a secret, a token, a client id, or more of a URL than its host', async () => {
    const scene = await newScene();
    const options = { tokenUrl: `${scene.tokenEndpoint}/token?key=MARKER`, endpointParams: { audience: 'MARKER' } };
    const client = scene.client({ ...options, tracing: spans(tracer), store: new Map(), storePrefix: 'MARKER' });
    const { accessToken } = await asRequest(() => client.getToken());
    const all = exporter.getFinishedSpans();
    const told = JSON.stringify(all.map(({ name, attributes, events, status, links }) => ({ name, attributes, events, status, links })));
    assert.match(told, /edge_oauth2.store.*edge_oauth2.grant/);
    for (const secret of ['MARKER', accessToken, scene.clients.header.id, '/token', '?']) assert.ok(!told.includes(secret), secret);
  });

  test('a token that the API refuses makes a span of the grant of another', async () => {
    const scene = await newScene();
    const client = scene.client({ tracing: spans(tracer) });
    await scene.revoke(await client.getToken());
    exporter.reset();
    const { status } = await asRequest(() => client.fetch('/echo'));
    assert.deepEqual([status, traces()], [200, [['edge_oauth2.grant in request', 'request in nothing']]]);
  });

  test('renewals, codes and revocations that somebody waits for are spans too', async () => {
    const scene = await newScene();
    const { id: clientId, secret: clientSecret } = scene.clients.web;
    const { redirectUri } = scene;
    const client = new entries.OAuth2Client({
      issuer: scene.loginServer,
      clientId,
      clientSecret,
      grant: 'authorization_code',
      scopes: 'openid profile',
      tracing: spans(tracer),
    });
    await asRequest(async () => {
      const { url, ...kept } = await client.authorizationUrl({ redirectUri });
      const token = await client.callback(await scene.browse(url), { ...kept, redirectUri });
      await (await token.refresh()).revokeAll();
    });
    const [all] = traces();
    const count = (name) => all.filter((one) => one === `${name} in request`).length;
    assert.deepEqual([all.length, count('edge_oauth2.request'), count('edge_oauth2.grant')], [6, 3, 2], all.join());
  });

  test('a span that nobody records costs nothing', async () => {
    const off = new BasicTracerProvider({ sampler: new AlwaysOffSampler(), spanProcessors: [new SimpleSpanProcessor(exporter)] });
    for (const one of [off.getTracer('sampled out'), trace.getTracer('nobody provides')]) {
      const scene = await newScene({});
      assert.equal((await scene.client({ tracing: spans(one) }).fetch('/echo')).status, 200);
      assert.deepEqual([await scene.grants(), traces()], [1, []]);
    }
  });
});

/** Prints of each span of eight calls at once its name, and which call it belongs to by what the host knows. */
const herd = `
  import { AsyncLocalStorage } from 'node:async_hooks';
  import { OAuth2Client } from 'edge-oauth2';
  import { spans } from 'edge-oauth2/telemetry';
  const calls = new AsyncLocalStorage();
  const begun = [];
  let ended = 0;
  const tracer = {
    startActiveSpan(name, run) {
      begun.push([name, calls.getStore()]);
      return run({ setAttribute() {}, end: () => (ended += 1) });
    },
  };
  const options = JSON.parse(process.env.OPTIONS);
  const call = async () => (await new OAuth2Client({ ...options, tracing: spans(tracer) }).fetch('/echo')).status;
  const statuses = await Promise.all(Array.from({ length: 8 }, (_, index) => calls.run(index, call)));
  statuses.push(await calls.run('a hit', call));
  console.log(JSON.stringify({ begun, ended, statuses }));`;

describe('who waits for whom is known', { timeout: 30_000 }, () => {
  const binaryOf = async (scope, path) => {
    const folder = join(root, 'tests/node_modules', scope);
    return join(folder, (await readdir(folder))[0], path);
  };
  const runtimes = {
    Node: () => [process.execPath],
    Deno: async () => [await binaryOf('@deno', 'deno'), 'run', '--no-prompt', '--node-modules-dir=manual', '--allow-net=127.0.0.1', '--allow-env'],
    Bun: async () => [await binaryOf('@oven', 'bin/bun'), 'run'],
  };
  for (const [name, commandOf] of Object.entries(runtimes)) {
    test(`in ${name}`, async () => {
      const scene = await newScene();
      const script = join(project, 'herd.mjs');
      await writeFile(script, herd);
      const [program, ...args] = await commandOf();
      const env = { ...process.env, OPTIONS: JSON.stringify(scene.options()) };
      const { begun, ended, statuses } = JSON.parse((await run(program, [...args, script], { cwd: project, env })).stdout);
      assert.deepEqual(statuses, Array.from({ length: 9 }, () => 200));
      assert.equal(ended, 8);
      assert.deepEqual(begun.map(([, call]) => call).toSorted(), [0, 1, 2, 3, 4, 5, 6, 7]);
      const kinds = begun.map(([kind]) => kind).toSorted();
      assert.deepEqual(kinds, [...Array.from({ length: 7 }, () => 'edge_oauth2.flight'), 'edge_oauth2.grant']);
    });
  }
});

describe('a tracer', { timeout: 30_000 }, () => {
  const span = { setAttribute() {}, setStatus() {}, end() {} };
  const fail = () => {
    throw new Error('the tracer is broken');
  };
  const broken = {
    'that throws': { startActiveSpan: fail },
    'that never calls back': { startActiveSpan() {} },
    'that calls back twice': { startActiveSpan: (_, run) => [run(span), run(span)] },
    'that calls back later': { startActiveSpan: async (_, run) => (await null, run(span)) },
    'that calls back, and then throws': { startActiveSpan: (_, run) => [run(span), fail()] },
    'that calls back, and then is rejected': { enterSpan: async (_, run) => [await run(span), fail()] },
    'that swallows what it is given': { startActiveSpan: (_, run) => void run(span) },
    'that gives no span': { startActiveSpan: (_, run) => run() },
    'whose spans throw': { startActiveSpan: (_, run) => run({ setAttribute: fail, setStatus: fail, end: fail }) },
    'whose spans do nothing but take attributes': { enterSpan: (_, run) => run({ setAttribute() {} }) },
    'whose spans cannot be looked at': { startActiveSpan: (_, run) => run(new Proxy({}, { get: fail })) },
  };
  for (const [title, one] of Object.entries(broken)) {
    test(`${title} costs its spans, and each call is made once`, async () => {
      const scene = await newScene();
      const clients = Array.from({ length: 10 }, () => scene.client({ tracing: spans(one), store: new Map() }));
      const statuses = await Promise.all(clients.map(async (client) => (await client.fetch('/echo')).status));
      assert.deepEqual(statuses, statuses.map(() => 200));
      assert.deepEqual([await scene.grants(), (await scene.apiRequests()).length], [1, 10]);
      await scene.behave({ status: 400, body: '{"error":"invalid_scope"}' });
      await assert.rejects(clients[0].getToken({ forceRefresh: true }), { code: 'token_request_rejected' });
    });
  }

  test("of Cloudflare's of October 2026 or later is told of an error in its words", async () => {
    const scene = await newScene({ status: 400, body: '{"error":"invalid_scope"}' });
    const statuses = [];
    const cloudflare = { startActiveSpan: (_, run) => run({ ...span, isTraced: true, setStatus: (status) => statuses.push(status) }) };
    await assert.rejects(scene.client({ tracing: spans(cloudflare) }).getToken());
    assert.deepEqual(statuses, [{ code: 'error' }]);
  });

  test('that sends each span by the client whose spans they are comes to an end', async () => {
    const scene = await newScene();
    const sent = [];
    const send = (name) => sent.push([name, client.fetch('/echo').then(({ status }) => status)]);
    const sending = { startActiveSpan: (name, run) => run({ setAttribute() {}, end: () => send(name) }) };
    const client = scene.client({ tracing: spans(sending), store: new Map() });
    await client.getToken();
    for (let done = 0; done < sent.length; done += 1) assert.equal(await sent[done][1], 200);
    const kinds = new Set(sent.map(([name]) => name));
    assert.deepEqual([...kinds], ['edge_oauth2.store', 'edge_oauth2.grant', 'edge_oauth2.flight']);
    assert.ok(sent.length < 10, `${sent.length} were sent`);
    assert.equal(await scene.grants(), 1);
  });

  test('that gives a span late, or another once more, finds it ended', async () => {
    for (const start of [async (run, give) => (await null, run(give())), (run, give) => [run(give()), run(give())]]) {
      const open = new Set();
      const give = () => {
        const one = { ...span, end: () => open.delete(one) };
        open.add(one);
        return one;
      };
      const scene = await newScene();
      await scene.client({ tracing: spans({ startActiveSpan: (_, run) => start(run, give) }) }).getToken();
      assert.equal(open.size, 0);
    }
  });

  test('is named where it is none', async () => {
    const refused = (run, message) => assert.throws(run, { code: 'invalid_option', message });
    for (const one of [undefined, null, 'app', {}, trace]) {
      refused(() => spans(one), /^tracer must be a tracer of OpenTelemetry's, or tracing of 'cloudflare:workers', not /);
    }
    const scene = await newScene();
    refused(() => scene.client({ tracing: tracer }), /^tracing must be what spans\(\) of 'edge-oauth2\/telemetry' gives, not an object/);
    refused(() => scene.client({ tracer }), /did you mean tracing\?/);
  });
});

describe('metrics', { timeout: 30_000 }, () => {
  const store = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: store, exportIntervalMillis: 3_600_000 });
  const meters = new MeterProvider({ readers: [reader] });
  after(() => meters.shutdown());

  /** What the meter of that name has measured: of each metric the points, by their attributes. */
  async function measured(name) {
    store.reset();
    await reader.forceFlush();
    const scopes = store.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
    const { metrics: all } = scopes.find(({ scope }) => scope.name === name);
    return Object.fromEntries(all.map(({ descriptor, dataPoints }) => [descriptor.name, { descriptor, dataPoints }]));
  }
  const countsOf = ({ dataPoints }) =>
    Object.fromEntries(dataPoints.map(({ attributes, value }) => [Object.values(attributes).join(), value.count ?? value]));

  test('events are counted, hits too, and how long they took is measured in seconds', async () => {
    const scene = await newScene({ delayMs: 200 });
    const meter = meters.getMeter('all');
    const client = () => scene.client({ onEvent: metrics(meter) });
    await Promise.all(Array.from({ length: 5 }, () => client().getToken()));
    for (let hit = 0; hit < 100; hit += 1) await client().getToken();
    const { 'edge_oauth2.events': events, 'edge_oauth2.event.duration': durations } = await measured('all');
    assert.deepEqual(countsOf(events), { grant: 1, flight_wait: 4, l1_hit: 100 });
    assert.equal(client().stats().l1_hit, 100);
    assert.deepEqual(countsOf(durations), { grant: 1, flight_wait: 4 });
    assert.equal(durations.descriptor.unit, 's');
    const { value } = durations.dataPoints.find(({ attributes }) => attributes['edge_oauth2.event.type'] === 'grant');
    assert.ok(value.sum >= 0.19 && value.sum < 10, `${value.sum} s`);
    // By the boundaries that libraries take for milliseconds, all would be between 0 and 5.
    const bucket = value.buckets.counts.indexOf(1);
    const [above, upTo] = [value.buckets.boundaries[bucket - 1], value.buckets.boundaries[bucket]];
    assert.ok(above < value.sum && value.sum <= upTo && upTo <= above * 2.5, `from ${above} to ${upTo} s`);
  });

  test('failures are told apart by their codes, and those of stores by what was asked', async () => {
    const scene = await newScene({ status: 400, body: '{"error":"invalid_scope"}' });
    const failing = async () => {
      throw new Error('MARKER: it is down');
    };
    const onEvent = metrics(meters.getMeter('failures'));
    const client = scene.client({ onEvent, store: { get: failing, put: failing, delete: failing } });
    await assert.rejects(client.getToken());
    await scene.behave({});
    await client.invalidate();
    await client.getToken();
    const { 'edge_oauth2.events': events, 'edge_oauth2.event.duration': durations } = await measured('failures');
    const { 'grant_failed,token_request_rejected': failed, grant, ...others } = countsOf(events);
    assert.deepEqual([failed, grant], [1, 1]);
    assert.ok(others['store_error,get'] >= 1, JSON.stringify(others));
    assert.ok(countsOf(durations)['grant_failed,token_request_rejected'], 1);
    assert.ok(!JSON.stringify([events, durations]).includes('MARKER'));
  });

  test('a meter has its instruments once, whoever asks', () => {
    assert.equal(metrics(meters.getMeter('once')), metrics(meters.getMeter('once')));
    assert.notEqual(metrics(meters.getMeter('once')), metrics(meters.getMeter('another')));
    for (const one of [undefined, {}, meters]) {
      assert.throws(() => metrics(one), { code: 'invalid_option', message: /^meter must be a meter of OpenTelemetry's, not / });
    }
  });
});
