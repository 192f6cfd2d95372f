// The live page: files without a build step, that ask nobody but this Worker. wrangler knows them by `rules`, which it compares
// with what is written here: a path from above says that they are no others.
import charts from '../development/page/charts.js';
import elements from '../development/page/elements.js';
import feed from '../development/page/feed.js';
import figures from '../development/page/figures.js';
import fleet from '../development/page/fleet.js';
import index from '../development/page/index.html';
import page from '../development/page/page.js';
import pictures from '../development/page/pictures.js';
import proofs from '../development/page/proofs.js';
import style from '../development/page/style.css';

const HTML = 'text/html; charset=utf-8';
const JAVASCRIPT = 'text/javascript; charset=utf-8';

const FILES: { [path: string]: [text: string, type: string] } = {
  '/development': [index, HTML],
  '/development/charts.js': [charts, JAVASCRIPT],
  '/development/elements.js': [elements, JAVASCRIPT],
  '/development/feed.js': [feed, JAVASCRIPT],
  '/development/figures.js': [figures, JAVASCRIPT],
  '/development/fleet.js': [fleet, JAVASCRIPT],
  '/development/page.js': [page, JAVASCRIPT],
  '/development/pictures.js': [pictures, JAVASCRIPT],
  '/development/proofs.js': [proofs, JAVASCRIPT],
  '/development/style.css': [style, 'text/css; charset=utf-8'],
};

/** The file at `path`, if there is one. */
export function fileAt(path: string): Response | undefined {
  const file = FILES[path];
  return file && new Response(file[0], { headers: { 'content-type': file[1] } });
}
