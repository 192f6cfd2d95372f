// The report says what was measured, all of it, and asks nobody for anything.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { median } from '../statistics.mjs';
import { FIGURES, SERIES, labelOf } from '../series.mjs';
import { figuresOf } from '../table.mjs';
import { verdictsOf } from './costs.mjs';
import { read } from './draw.mjs';
import { elementsOf, rendered } from './drawn.mjs';
import { filesOf, withTables } from './drawing.mjs';
import { prose } from './prose.mjs';
import { verdictOf } from './verdict.mjs';

const root = join(import.meta.dirname, '../../..');
const { data, said } = read();
const [html, ...pictures] = filesOf(data, said).values();
const svgs = html.match(/<svg .*?<\/svg>/gs);

/** The report of other rounds than those that were measured. */
function pageWith(rounds) {
  const changed = structuredClone(data);
  Object.assign(changed.results.outbound.rounds, rounds);
  return filesOf(changed, said).get('docs/report.html');
}

test('what is in docs is drawn of docs/report.json', () => {
  for (const [path, content] of filesOf(data, said)) {
    const written = readFileSync(join(root, path), 'utf8');
    assert.ok(written === content, `${path} is older than what it is drawn of: node tests/bench/report/draw.mjs`);
  }
});

test('the page asks nobody for anything, and its own policy forbids it', () => {
  const addresses = [...html.matchAll(/\b(?:src|href|srcset|action|data|poster)="([^"]*)"/g)].map(([, address]) => address);
  assert.ok(addresses.length > 10);
  // What is followed by a click is another page; nothing else has an address.
  const known = /^(#[\w-]+|data:,|[\w./-]+\.(?:md|mjs)(?:#[\w-]+)?|https:\/\/github\.com\/[\w./-]+)$/;
  assert.deepEqual(addresses.filter((address) => !known.test(address)), []);
  assert.equal(html.match(/<link /g).length, 1);
  const fetching = /<(?:script|img|iframe|object|embed|image|use|video|audio|source|base|form)\b|@import|url\(|\son\w+=|\sstyle=/i;
  assert.equal(html.match(fetching)?.[0], undefined);
  const [, style] = html.match(/<style>(.*?)<\/style>/s);
  const hash = createHash('sha256').update(style).digest('base64');
  assert.ok(html.includes(`content="default-src 'none'; style-src 'sha256-${hash}'; img-src data:"`));
  assert.equal(html.match(/<style>/g).length, 1);
});

test('the page is small enough to be opened anywhere', () => {
  assert.ok(html.length < 400_000, `${html.length}`);
});

test('it says where, when, of what and by which command it was measured', () => {
  for (const fact of [data.machine, data.measured, data.command, `workerd ${data.versions.workerd}`, `oauth4webapi ${data.versions.oauth4webapi}`]) {
    assert.ok(html.includes(fact), fact);
  }
  assert.ok(!html.includes('<th scope="row">edge-oauth2<'), 'contenders have their labels');
});

test('every figure of every contender has a plot with all its rounds', () => {
  const figures = Object.entries(data.results).flatMap(([title, result]) => figuresOf(result).map((figure) => [SERIES[title], ...figure]));
  assert.ok(figures.length > 30);
  const rows = (name) => html.split(`<summary>${name}: the figures</summary>`).slice(1).map((rest) => rest.split('</table>')[0]);
  for (const [series, figure, values] of figures) {
    const name = figure.replace(/^[a-z]/, (letter) => letter.toUpperCase()).replace(/: (grants|failed)$/, ', $1');
    for (const [contender, rounds] of Object.entries(values)) {
      const label = labelOf(series, contender);
      const tables = rows(name);
      const isThere = tables.some((table) => table.includes(`<th scope="row">${label}</th>`) && table.includes(`<td>${rounds.length}</td>`));
      const isAlong = /^\d+ identities|made-up/.test(figure) && html.includes(`<th scope="col">${label}</th>`);
      assert.ok(isThere || isAlong, `${figure} of ${contender}`);
    }
  }
  const drawn = figures.filter(([, figure]) => !/^\d+ identities|made-up/.test(figure)).flatMap(([, , values]) => Object.values(values).flat());
  assert.equal(elementsOf(html, 'circle').length, drawn.length);
});

test('every plot is XML, has a title and a description, and no text of it is cut', async () => {
  assert.ok(svgs.length > 25);
  for (const svg of [...svgs, ...pictures]) {
    const { inked, isCut } = await rendered(svg);
    assert.ok(inked > 500 && !isCut, svg.slice(0, 300));
    assert.match(svg, /<title>[^<]+<\/title><desc>[^<]+<\/desc>/);
  }
});

test('a figure is lost if every round is, whoever is best, and the row says so', () => {
  const values = { ours: [3, 4, 5], worse: [9, 9, 9], better: [2, 3, 4] };
  const verdict = verdictOf(values, ['ours', 'worse', 'better']);
  assert.deepEqual([verdict.word, verdict.best, verdict.ratio.median], ['lost', 'better', 4 / 3]);
  assert.equal(verdictOf({ ...values, better: [4, 3, 4] }, ['ours', 'worse', 'better']).word, 'even');
  assert.equal(verdictOf({ ours: [1], other: [50] }, ['ours', 'other']).word, 'won');
  assert.equal(verdictOf({ ours: [0], other: [0] }, ['ours', 'other']).word, 'even');
  for (const other of [undefined, [], [null]]) assert.equal(verdictOf({ ours: [1], other }, ['ours', 'other']), undefined);
});

test('what we lose is in the page, and why', () => {
  const lost = Object.keys(SERIES).flatMap((series) => verdictsOf(data.results, series)).filter(({ word }) => word === 'lost');
  assert.ok(lost.some(({ figure }) => figure === 'shipped, brotli 11, KB') && lost.some(({ figure }) => figure === 'new isolate, ms'));
  for (const { id, figure } of lost) {
    assert.ok(html.includes(`<tr class="lost"><th scope="row"><a href="#${id}">${figure}</a></th><td>lost</td>`), figure);
    const [, section] = html.match(new RegExp(`<section id="${id}">(.*?)</section>`, 's'));
    assert.match(section, /<li><strong>[^<]+<\/strong> \w+/, figure);
  }
  assert.throws(() => filesOf(data, said.replace('**A new isolate**', 'A new isolate')), /no point \*\*A new isolate\*\*/);
});

test('each section names a command that measures it', () => {
  const commands = [...html.matchAll(/<code>cargo xtask bench (\w+)<\/code>/g)].map(([, figure]) => figure);
  assert.deepEqual(commands.filter((figure) => !FIGURES.includes(figure)), []);
  assert.deepEqual(FIGURES.filter((figure) => !commands.includes(figure)), []);
});

test('a figure that no section has is not left out in silence', () => {
  assert.throws(() => pageWith({ 'something new, ms': { 'edge-oauth2': [1] } }), /no section of the report has something new, ms/);
});

test('odd rounds make a page: none, one, zeros, and what JSON makes of what is no number', () => {
  const page = pageWith({
    'herd of 50: grants': { 'edge-oauth2': [0], 'hand-written': [0] },
    'new isolate, ms': { 'edge-oauth2': [null, 3], 'hand-written': [] },
    'hit, getToken, ns': {},
    'cold start, ms': { 'edge-oauth2': [5] },
    'memory after 10 hits, MiB': { 'edge-oauth2': [5], 'hand-written': [4] },
    '1 identities, MiB': { 'edge-oauth2': [null] },
  });
  assert.equal(page.match(/.{0,40}(?:NaN|Infinity|undefined|>null)/)?.[0], undefined);
});

test('texts are texts: no markup of theirs gets into the page', () => {
  const [paragraph] = prose('<b onclick="x">**bold** `<i>` [a](javascript:alert(1)) [b](docs.md#c) [d](https://e.example/f) "&');
  assert.equal(
    paragraph,
    '<p>&lt;b onclick=&quot;x&quot;&gt;<strong>bold</strong> <code>&lt;i&gt;</code> [a](javascript:alert(1)) <a href="docs.md#c">b</a> '
      + '<a href="https://e.example/f">d</a> &quot;&amp;</p>',
  );
});

test('a document gets the tables of a run in their order, and keeps all else', () => {
  const table = (name) => `| figure | ${name} |\n|---|---|\n| a | 1 |`;
  const document = (one, other) => `# A\n\n${one}\n\ntext\n\n| other | table |\n|---|---|\n\n${other}\n\nend\n`;
  const tables = [table('one'), table('two')];
  assert.equal(withTables(document(table('old'), table('older')), tables), document(...tables));
});

test('the picture of README.md shows the medians of the data', () => {
  const [picture] = pictures;
  for (const name of ['edge-oauth2', 'hand-written']) {
    const value = median(data.results.outbound.rounds['herd of 50: grants'][name]);
    assert.ok(picture.includes(`>${value}</text>`), `${name}: ${value}`);
  }
  assert.equal(picture.replaceAll('xmlns="http://www.w3.org/2000/svg"', '').match(/https?:|<script|<image|href|\sstyle=/)?.[0], undefined);
});
