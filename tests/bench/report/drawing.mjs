// What is drawn of the data of a report: the page, and the pictures of it for README.md.
import { shown } from '../numbers.mjs';
import { SERIES } from '../series.mjs';
import { costSections, verdictsOf } from './costs.mjs';
import { page } from './page.mjs';
import { picture } from './pictures.mjs';
import { pointsOf } from './prose.mjs';
import { simulationSections } from './simulation.mjs';
import { soakSections } from './soak.mjs';
import { timesOf } from './verdict.mjs';

/** What README.md shows: the first plots of these sections, and these plots: what is asked first, won or lost. */
const PICTURED_SECTIONS = ['fleet-grants', 'fleet-outage'];
const PICTURED = ['Herd of 50, grants', 'Hit, getToken, ns', 'New isolate, ms', 'Shipped, brotli 11, KB'];

const INTRO = `What \`edge-oauth2\` costs and saves, beside what else there is: every contender in the same Worker, in the same workerd, in turn.
In plots it is “ours”, and its entry \`edge-oauth2/m2m\` is “m2m”. [How it was measured, and the figures in short](bench.md).

Below that: what a store makes of a fleet, simulated, with the limits of arithmetic, and real isolates over minutes.

In a plot of contenders each dot is a round, the line goes from the least round to the most, and the mark is the median, whose number is
at the right. Less is better in all of them. Ratios are made within rounds, so that a machine that slows down slows both sides. An axis is
linear and begins at zero where it is not called logarithmic. Requests are sent one after the other on each connection: how long requests
wait that come at a rate of their own is not shown.`;

const WON_AND_LOST = `Ours beside the best of the others, whoever that is: \`won\` or \`lost\` if that is so in every round, \`even\` otherwise.
Each figure leads to why it is so.`;

/** By their paths: files that are the same for the same data. `said` is docs/bench.md, which says why figures are what they are. */
export function filesOf(data, said) {
  const costs = costSections(data.results, pointsOf(said));
  const sections = [...costs, ...simulationSections(data.simulation), ...soakSections(data.soak)];
  return new Map([
    ['docs/report.html', pageOf(data, sections)],
    ['docs/report.svg', pictureOf(data, sections)],
  ]);
}

/** A document whose tables of figures are these. */
export function withTables(markdown, tables) {
  const left = [...tables];
  return markdown.replaceAll(/^\| figure \|.*\n(?:\|.*\n)+/gm, (old) => (left.length > 0 ? `${left.shift()}\n` : old));
}

function pageOf(data, sections) {
  return page({
    title: 'edge-oauth2, measured',
    intro: INTRO,
    facts: factsOf(data),
    sections: [wonAndLost(data.results), ...sections],
  });
}

function wonAndLost(results) {
  return { id: 'won-and-lost', title: 'Where we win, and where we lose', text: WON_AND_LOST, tables: verdictTables(results) };
}

function factsOf({ measured, command, isQuick, minutes, machine, load, versions }) {
  return [
    ['Measured', `${measured}, in ${shown(minutes)} minutes${isQuick ? '; a quick run, of few rounds' : ''}`],
    ['Command', command],
    ['Machine', machine],
    ['Load before', `${load} processes (if that is more than there are cores, others had a part in the times)`],
    ['Versions', Object.entries(versions).map((pair) => pair.join(' ')).join(', ')],
  ];
}

function verdictTables(results) {
  const row = ({ id, figure, word, best, ours, its, ratio }) => [`[${figure}](#${id})`, word, shown(ours), shown(its), best, timesOf(ratio)];
  return Object.keys(results).map((series) => ({
    head: [`figure of ${SERIES[series].subject}`, 'ours has', 'ours', 'best of the others', 'which is', 'ratio'],
    rows: verdictsOf(results, series).map(row),
  }));
}

function pictureOf({ measured, machine, isQuick }, sections) {
  const names = '“ours” is edge-oauth2, “m2m” its entry edge-oauth2/m2m. Each dot is a round, the mark their median.';
  const drawn = sections.flatMap(({ plots }) => plots);
  const first = PICTURED_SECTIONS.map((id) => sections.find((section) => section.id === id).plots[0]);
  const plots = [...first, ...PICTURED.map((name) => drawn.find((plot) => plot.name === name))];
  const note = `${names} ${measured}${isQuick ? ', a quick run' : ''}, ${machine.split(',')[0]}.`;
  return picture({ title: 'Where edge-oauth2 wins, and where it loses', plots, note });
}
