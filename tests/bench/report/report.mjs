// Measures everything, and writes the report: `cargo xtask bench --report`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare } from '../comparison.mjs';
import { load, machine, versions } from '../machine.mjs';
import { FIGURES } from '../series.mjs';
import { tablesOf, told } from '../table.mjs';
import { draw, read, write } from './draw.mjs';
import { withTables } from './drawing.mjs';
import { simulate } from './simulated.mjs';
import { soak } from './soak.mjs';

const root = join(import.meta.dirname, '../../..');
const TABLES = 'docs/bench.md';

/** A quick run keeps the soak that is there, which says when it was, and leaves the tables of docs/bench.md as they are. */
export async function writeReport({ isQuick, onRound }) {
  const begun = Date.now();
  const about = { measured: new Date().toISOString().slice(0, 10), isQuick, machine: machine(), load: load(), versions: versions() };
  // What may fail is first, and beside each other, since neither measures time.
  const [soaked, simulation] = await Promise.all([isQuick ? read().data.soak : soak(), simulate({ isQuick, onDone: onRound })]);
  const { results, compiled } = await compare({ names: FIGURES, isQuick, onRound });
  const minutes = Math.ceil((Date.now() - begun) / 60_000);
  const command = `cargo xtask bench --report${isQuick ? ' --quick' : ''}`;
  const data = rounded({ ...about, command, minutes, results, compiled, simulation, soak: soaked });
  write('docs/report.json', written(data));
  draw();
  if (!isQuick) write(TABLES, withTables(readFileSync(join(root, TABLES), 'utf8'), tablesOf(data.results)));
  console.log(`\n${told(data)}`);
}

/** Four digits: more are noise, and bytes. */
function rounded(data) {
  const short = (key, value) => (typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value);
  return JSON.parse(JSON.stringify(data, short));
}

/** A line for each list of numbers, so that a change shows what changed. */
function written(data) {
  return `${JSON.stringify(data, null, 1).replaceAll(/\[[^[\]{}]*\]/g, (list) => list.replaceAll(/\s+/g, ' '))}\n`;
}
