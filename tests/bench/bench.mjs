// This package beside others, each in the same Worker, in the same workerd: `cargo xtask bench`.
//
//     node tests/bench/bench.mjs [--quick] [--json] [figure…]
//     node tests/bench/bench.mjs --report [--quick]
import { compare } from './comparison.mjs';
import { load, machine, versions } from './machine.mjs';
import { writeReport } from './report/report.mjs';
import { FIGURES } from './series.mjs';
import { told } from './table.mjs';

const FLAGS = ['--quick', '--json', '--report'];

const flags = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const [isQuick, isJson, isReport] = FLAGS.map((flag) => flags.includes(flag));
const unknown = [...flags.filter((flag) => !FLAGS.includes(flag)), ...names.filter((name) => !FIGURES.includes(name))];
if (unknown.length > 0) refuse(`unknown: ${unknown.join(', ')}; there are ${FLAGS.join(', ')} and the figures ${FIGURES.join(', ')}`);
if (isReport && (isJson || names.length > 0)) refuse('--report has all figures, and goes with --quick only');

const onRound = (round) => isJson || console.error(`  … ${round}`);
if (isReport) await writeReport({ isQuick, onRound });
else print(await compare({ names: names.length === 0 ? FIGURES : names, isQuick, onRound }));

function refuse(problem) {
  console.error(problem);
  process.exit(1);
}

function print(comparison) {
  const { results, compiled } = comparison;
  if (isJson) return console.log(JSON.stringify({ machine: machine(), load: load(), versions: versions(), compiled, ...results }, null, 2));
  console.log(`\n${machine()}; medians of the rounds; the ratios, and their least and most, are made within rounds\n\n${told(comparison)}`);
}
