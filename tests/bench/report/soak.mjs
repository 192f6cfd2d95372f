// The section of a report that shows a fleet over minutes: real isolates in workerd, whose stores go wrong one way after another.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { shown } from '../numbers.mjs';
import { linePlot } from './plot.mjs';
import { STORE_LINES } from './store-lines.mjs';

const ROOT = join(import.meta.dirname, '../../..');
/** Steady for long enough to see a token renewed twice. */
const STEADY_SECONDS = 150;
const SECONDS = { label: 'seconds', scale: 'linear' };

/** Runs one, of about four minutes. */
export async function soak() {
  const folder = await mkdtemp(join(tmpdir(), 'soak-'));
  const file = join(folder, 'soak.json');
  await promisify(execFile)('node', ['tests/runtimes/soak.mjs', STEADY_SECONDS, '--json', file].map(String), { cwd: ROOT });
  const data = JSON.parse(await readFile(file, 'utf8'));
  await rm(folder, { recursive: true });
  return data;
}

/** `data` is what `soak` brings. */
export function soakSections({ measured, seconds, stretchSeconds, isolates, lifeSeconds, stores, memory }) {
  const [{ phases: begun }] = Object.values(stores);
  const named = ({ name }) => name.replace('store ', '');
  const stretches = begun.map((phase, index) => ({ name: named(phase), from: phase.from, to: begun[index + 1]?.from ?? seconds }));
  // The cold start is over before there is room for its name.
  const phases = stretches.slice(1);
  const plot = (title, label, series, limits) => linePlot({ title, x: SECONDS, y: { label, scale: 'linear' }, series, limits, phases });
  const each = (pointsOf) => Object.entries(stores).map(([store, own]) => ({ ...STORE_LINES[store], points: pointsOf(own) }));
  // The last stretch was not a whole one.
  const whole = Math.floor(seconds / stretchSeconds);
  const along = (list, factor) => list.slice(0, whole).map((count, index) => [(index + 1) * stretchSeconds, count * factor]);
  const total = (key) => shown(Object.values(stores).flatMap((own) => own[key]).reduce((sum, one) => sum + one, 0));
  const text = `${shown(isolates)} isolates by each store in one workerd, a real authorization server, tokens of ${shown(lifeSeconds)} s, for
${shown(seconds)} s on ${measured}. While all is well isolates go and others come; then the store is slow, fails and lies for half a minute
each, as is written above the plots. Of ${total('requests')} requests ${total('failed')} failed and ${total('waited')} waited for a grant,
those of the cold start among them. On one machine KV shows a write at once, and all isolates are at one location: what KV cannot do is in
the simulation above.

A bad store costs grants, since whoever cannot read it asks for itself; it fails no request. Memory is that of one workerd with all isolates of
both stores, whose heaps nothing presses to be emptied: that it grows for minutes is seen here, where it ends is not.`;
  return [
    {
      id: 'soak',
      title: 'A soak: real isolates over minutes',
      text,
      plots: [
        plot('Requests', 'requests a second', each(({ requests }) => along(requests, 1 / stretchSeconds))),
        plot('Requests that waited for a grant, or failed', `in ${shown(stretchSeconds)} s`, [
          ...each(({ waited }) => along(waited, 1)),
          ...each(({ failed }) => along(failed, 1)).map((line) => ({ ...line, name: `${line.name}, failed`, look: line.look + 2 })),
        ]),
        plot('Grants so far', 'grants', each((own) => grantsSoFar(own, seconds)), [
          { name: 'one per life', points: [[lifeSeconds, 1], [seconds, seconds / lifeSeconds]] },
        ]),
        plot('Memory of workerd', 'MiB', [{ name: 'workerd', points: memory }]),
      ],
      command: `cargo xtask soak ${STEADY_SECONDS}`,
    },
  ];
}

/** A step at each grant. */
function grantsSoFar({ grants }, seconds) {
  const steps = grants.flatMap((at, index) => [[at, index], [at, index + 1]]);
  return [...steps, [seconds, grants.length]];
}
