// The fleet for longer, with tokens of 90 s: `cargo xtask soak`. First all is well, while isolates go and others
// come; then every store is slow, fails and lies in turn. Exits non-zero if a request fails, if one waits for a
// grant while all is well, or if there are more grants than promised.
//
//     node tests/runtimes/soak.mjs [seconds] [--json FILE]
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startCourse } from './course.mjs';
import { grantsPerLife, herd, SIZE, startFleet, startIssuer, traffic, waited } from './fleet.mjs';
import { install, tarball } from './package.mjs';

const LIFE_SECONDS = 90;
const SPOILED_SECONDS = 30;

/** How many grants a token life may cost on average, and a cold herd. */
const MOST = { kv: { life: 1.5, herd: 1 }, coordinator: { life: 1, herd: 1 } };

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } });
const seconds = Number(positionals[0] ?? 3 * LIFE_SECONDS + 30);
if (!(seconds >= LIFE_SECONDS)) {
  console.error(`seconds must be ${LIFE_SECONDS} or more, a token's life: before its end there is no renewal to count`);
  process.exit(1);
}
const project = await install('soak', await tarball());
const state = join(project, 'state');
await rm(state, { recursive: true, force: true });
const issuer = await startIssuer();
const fleet = await startFleet(project, state);
const course = startCourse();

console.log(`${SIZE} isolates by each store, tokens of ${LIFE_SECONDS} s, ${seconds} s; then bad stores, ${3 * SPOILED_SECONDS} s`);
const progress = setInterval(() => console.log(`  … ${Math.round(process.uptime())} s`), 30_000);
const passed = await Promise.all(Object.keys(MOST).map(soak));
clearInterval(progress);
const seen = { isolates: SIZE, lifeSeconds: LIFE_SECONDS, ...course.end() };
if (values.json) await writeFile(values.json, JSON.stringify(seen));
await fleet.close();
await issuer.close();
process.exitCode = passed.every(Boolean) ? 0 : 1;

async function soak(store) {
  const { scene, message } = await issuer.newScene(store, LIFE_SECONDS);
  const own = course.of(fleet, store, waited);

  own.phase('cold');
  const cold = await herd(own, message);
  const grants = await scene.grants();
  const isGood = [report(store, 'cold herd', cold, `${grants} grants`), grants <= MOST[store].herd];

  own.phase('steady');
  const steady = await traffic(own, message, { seconds, replaced: SIZE });
  const [, ...lives] = await grantsPerLife(scene, LIFE_SECONDS);
  const perLife = lives.reduce((sum, one) => sum + one, 0) / lives.length;
  isGood.push(report(store, 'steady', steady, `grants per life: ${lives.join(', ')} (${perLife.toFixed(2)})`));
  isGood.push(perLife <= MOST[store].life, !steady.some(waited));

  for (const spoiled of ['slow', 'failing', 'lying']) {
    own.phase(`store ${spoiled}`);
    const answers = await traffic(own, { ...message, spoiled }, { seconds: SPOILED_SECONDS, first: SIZE });
    isGood.push(report(store, `store ${spoiled}`, answers, `${await scene.grants()} grants so far`));
  }
  own.granted(await scene.tokenRequests());
  return isGood.every(Boolean);
}

/** Prints a line, and says whether every request succeeded. */
function report(store, phase, answers, grants) {
  const failed = answers.filter(({ status }) => status !== 200).length;
  const waits = answers.filter(waited).length;
  console.log(
    `${store.padEnd(12)} ${phase.padEnd(14)} ${answers.length} requests, ${failed} failed, ${waits} waited for a grant; ${grants}`,
  );
  return failed === 0;
}
