// The page: one file that asks nobody for anything and needs no script. What it may do is said by a policy of its own.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { darkStyle } from './colours.mjs';
import { inline, prose } from './prose.mjs';
import { element, escaped } from './svg.mjs';

/** Of these a table's rows have their colour. */
const VERDICTS = ['won', 'lost'];

/** `facts` are pairs; `sections` are `{ id, title, text, plots, tables, command }`. */
export function page({ title, intro, facts, sections }) {
  const style = `${readFileSync(join(import.meta.dirname, 'page.css'), 'utf8')}${darkStyle()}`;
  const hash = createHash('sha256').update(style).digest('base64');
  const head = [
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; img-src data:">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    // Without one, browsers ask the host for it.
    '<link rel="icon" href="data:,">',
    element('title', {}, escaped(title)),
    `<style>${style}</style>`,
  ];
  const contents = element('nav', { 'aria-label': 'Contents' }, element('ul', {}, sections.map(contentsEntry)));
  const top = element('header', {}, [element('h1', {}, escaped(title)), ...prose(intro), factList(facts), contents]);
  const main = element('main', {}, sections.map(sectionOf).join('\n'));
  return `<!doctype html>\n<html lang="en">\n<head>\n${head.join('\n')}\n</head>\n<body>\n${top}\n${main}\n</body>\n</html>\n`;
}

function contentsEntry({ id, title }) {
  return element('li', {}, element('a', { href: `#${id}` }, escaped(title)));
}

function factList(facts) {
  return element('dl', {}, facts.flatMap(([name, value]) => [element('dt', {}, escaped(name)), element('dd', {}, escaped(value))]));
}

function sectionOf({ id, title, text, plots = [], tables = [], command }) {
  return element('section', { id }, [
    element('h2', {}, escaped(title)),
    ...prose(text),
    ...tables.map((table) => scrolled(table, table.head[0])),
    plots.length > 0 ? element('div', { class: 'plots' }, plots.map(figureOf)) : '',
    command ? element('p', { class: 'command' }, ['Made by ', element('code', {}, escaped(command))]) : '',
  ]);
}

function figureOf({ name, svg, table }) {
  const figures = element('details', {}, [element('summary', {}, escaped(`${name}: the figures`)), scrolled(table, name)]);
  return element('figure', {}, [svg, figures]);
}

/** On a narrow screen the table scrolls, by keyboard too, and not the page. */
function scrolled({ head, rows }, name) {
  const header = element('tr', {}, head.map((cell) => element('th', { scope: 'col' }, escaped(cell))));
  const table = element('table', {}, [element('thead', {}, header), element('tbody', {}, rows.map(rowOf))]);
  return element('div', { class: 'wide', role: 'group', tabindex: '0', 'aria-label': `${name}, as a table` }, table);
}

function rowOf([name, ...cells]) {
  const verdict = cells.find((cell) => VERDICTS.includes(cell));
  const header = element('th', { scope: 'row' }, inline(name));
  return element('tr', { class: verdict }, [header, ...cells.map((cell) => element('td', {}, escaped(cell)))]);
}
