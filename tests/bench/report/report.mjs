// Measures everything, and writes the report: `cargo xtask bench --report`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare } from '../comparison.mjs';
import { load, machine, versions } from '../machine.mjs';
import { FIGURES } from '../series.mjs';
import { tablesOf, told } from '../table.mjs';
import { draw, write } from './draw.mjs';
import { withTables } from './drawing.mjs';

const root = join(import.meta.dirname, '../../..');
const TABLES = 'docs/bench.md';

/** A quick run leaves the tables of docs/bench.md as they are. */
export async function writeReport({ isQuick, onRound }) {
  const begun = Date.now();
  const about = { measured: new Date().toISOString().slice(0, 10), isQuick, machine: machine(), load: load(), versions: versions() };
  const { results, compiled } = await compare({ names: FIGURES, isQuick, onRound });
  const minutes = Math.ceil((Date.now() - begun) / 60_000);
  const data = rounded({ ...about, command: `cargo xtask bench --report${isQuick ? ' --quick' : ''}`, minutes, results, compiled });
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
