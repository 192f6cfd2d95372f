// docs/dashboard.json asks for what there is: metrics as OpenTelemetry's exporter for Prometheus spells them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { parser } from '@prometheus-io/lezer-promql';
import { install, root, tarball } from './package.mjs';

const project = await install('dashboard', await tarball());
const { metrics } = await import(pathToFileURL(join(project, 'node_modules/edge-oauth2/telemetry/index.js')));
const dashboard = JSON.parse(readFileSync(join(root, 'docs/dashboard.json'), 'utf8'));
const exporter = new PrometheusExporter({ preventServerStart: true });
const meters = new MeterProvider({ readers: [exporter] });
after(() => meters.shutdown());

/** One event of each type, with what docs/events.md says that it has. */
function everyEvent() {
  const rows = readFileSync(join(root, 'docs/events.md'), 'utf8').matchAll(/^\| (`\w+`(?:, `\w+`)*) \| (.*?) \|/gm);
  const words = (cell) => Array.from(cell.matchAll(/`(\w+)`/g), ([, word]) => word);
  const values = { durationMs: 120, code: 'timeout', operation: 'get' };
  return [...rows].flatMap(([, types, members]) =>
    words(types).map((type) => ({ type, ...Object.fromEntries(words(members).map((member) => [member, values[member] ?? 'words'])) })),
  );
}

/** What Prometheus gets: metrics by their names, each with its labels, and of each label its values. */
async function exported() {
  const { resourceMetrics } = await exporter.collect();
  const found = new Map();
  for (const [, name, labels] of new PrometheusSerializer().serialize(resourceMetrics).matchAll(/^(edge_\w+)\{(.*)\} \S+$/gm)) {
    if (!found.has(name)) found.set(name, new Map());
    const its = found.get(name);
    for (const [, label, value] of labels.matchAll(/(\w+)="([^"]*)"/g)) its.set(label, (its.get(label) ?? new Set()).add(value));
  }
  return found;
}

/** What a query asks for: of each selector its name, and what its labels are to be; and the labels that it groups by. */
function asked(query) {
  const selectors = [];
  const groups = [];
  parser.parse(query).iterate({
    enter({ type, from, to, node }) {
      const text = query.slice(from, to);
      const textOf = (child) => query.slice(child.from, child.to);
      assert.ok(!type.isError, `${query} is no PromQL at ${from}: ${text}`);
      if (type.name === 'VectorSelector') selectors.push({ name: node.getChild('Identifier') && textOf(node.getChild('Identifier')), labels: [] });
      if (type.name === 'UnquotedLabelMatcher') {
        const [label, operator, value] = [node.firstChild, node.firstChild.nextSibling, node.lastChild].map(textOf);
        selectors.at(-1).labels.push({ label, operator, value: JSON.parse(value) });
      }
      if (type.name === 'GroupingLabels') groups.push(...node.getChildren('LabelName').map(textOf));
    },
  });
  return { selectors, groups };
}

const listener = metrics(meters.getMeter('hello'));
everyEvent().forEach(listener);
const found = await exported();
const targets = dashboard.panels.flatMap(({ title, targets: its }) => its.map(({ expr }) => ({ title, expr })));

test('the events are those that there are', () => {
  const types = everyEvent().map(({ type }) => type);
  assert.ok(types.length > 15 && types.includes('l1_hit') && types.includes('evicted'), types.join());
  assert.deepEqual([...found.get('edge_oauth2_events_total').get('edge_oauth2_event_type')].toSorted(), types.toSorted());
});

for (const { title, expr } of targets) {
  test(`each metric, label and value of the panel is there: ${title}`, () => {
    const { selectors, groups } = asked(expr.replaceAll('$__rate_interval', '5m').replaceAll('$scope', 'hello'));
    assert.ok(selectors.length > 0);
    for (const { name, labels } of selectors) {
      const pattern = name ?? labels.find(({ label }) => label === '__name__').value;
      const metric = [...found.keys()].find((it) => new RegExp(`^(${pattern})$`).test(it));
      assert.ok(metric, `there is no ${pattern} among ${[...found.keys()]}`);
      const its = found.get(metric);
      for (const { label, operator, value } of labels.filter((it) => it.label !== '__name__')) {
        assert.ok(its.has(label), `${metric} has no ${label}`);
        for (const one of operator === '=~' ? value.split('|') : [value]) assert.ok(its.get(label).has(one), `${metric} has no ${label} of ${one}`);
      }
      for (const label of groups) assert.ok(its.has(label), `${metric} has no ${label}`);
    }
  });
}

// The exporter leaves the unit out of names, where Prometheus' own receiver and the Collector write it.
test('durations are found by their name with the unit and without', () => {
  const patterns = targets.flatMap(({ expr }) => /__name__=~"(.*?)"/.exec(expr)?.[1] ?? []);
  assert.ok(patterns.length > 0);
  for (const name of ['edge_oauth2_event_duration_bucket', 'edge_oauth2_event_duration_seconds_bucket']) {
    for (const pattern of patterns) assert.match(name, new RegExp(`^(${pattern})$`));
  }
});

test('the panels are told apart, lie beside each other, and say what they show', () => {
  const { panels } = dashboard;
  assert.deepEqual(panels.map(({ id }) => id), panels.map((_, index) => index + 1));
  assert.equal(new Set(panels.map(({ title }) => title)).size, panels.length);
  const taken = new Set();
  for (const { title, description, datasource, gridPos: { x, y, w, h }, fieldConfig } of panels) {
    assert.ok(description.endsWith('.') && fieldConfig.defaults.unit, title);
    assert.deepEqual(datasource, { type: 'prometheus', uid: '${datasource}' });
    assert.ok(x + w <= 24, title);
    for (let column = x; column < x + w; column += 1) {
      for (let row = y; row < y + h; row += 1) {
        assert.ok(!taken.has(`${column} ${row}`), `${title} lies on another`);
        taken.add(`${column} ${row}`);
      }
    }
  }
});

test('its variables are those that the queries use, and nothing of a machine is in it', () => {
  const text = JSON.stringify(dashboard);
  const names = dashboard.templating.list.map(({ name }) => name);
  const used = new Set([...text.matchAll(/\$\{?(\w+)\}?/g)].map(([, name]) => name).filter((name) => !name.startsWith('__')));
  assert.deepEqual([...used].toSorted(), names.toSorted());
  assert.doesNotMatch(text, /https?:|localhost|"uid":"[A-Za-z0-9]{9,}"/);
});
