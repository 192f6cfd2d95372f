// The two pictures of a fleet. Their elements are made once: what moves are attributes.
import { bars, heightOf, marks, shape, TICKS } from './charts.js';
import { list, put, set } from './elements.js';
import { KINDS, span } from './figures.js';

/** Marks by time and duration. */
export class Timeline {
  #svg;
  #ticks = TICKS.map(({ ms, label }) => ({ ms, line: make('line', { class: 'grid' }), text: make('text', { 'text-anchor': 'end' }, label) }));
  #times = ['60 s ago', '30 s ago', 'now'].map((label) => make('text', {}, label));
  #field = make('g');
  #kinds = Object.fromEntries(KINDS.map(({ from }) => [from, make('path', { 'data-marks': from })]));

  constructor(svg) {
    this.#svg = svg;
    this.#field.append(...Object.values(this.#kinds));
    svg.append(...this.#ticks.flatMap(({ line, text }) => [line, text]), ...this.#times, this.#field);
  }

  draw(requests, nowMs) {
    const { width, height, rem } = sizeOf(this.#svg);
    const left = 3.1 * rem;
    const area = { width: width - left - 0.5 * rem, height: height - 1.2 * rem, margin: 0.7 * rem, r: 0.27 * rem };
    for (const { ms, line, text } of this.#ticks) {
      const y = heightOf(ms, area);
      set(line, { x1: left, x2: left + area.width, y1: y, y2: y });
      set(text, { x: left - 0.4 * rem, y: y + 0.27 * rem });
    }
    spread(this.#times, left, area.width, height - 0.2 * rem);
    set(this.#field, { transform: `translate(${left} 0)` });
    for (const [from, d] of Object.entries(marks(requests, nowMs, area))) set(this.#kinds[from], { d });
  }
}

/** A bar from each token's grant to its end, with now in the middle. */
export class Lives {
  #svg;
  #kinds = Object.fromEntries(['fresh', 'stale', 'revoked'].map((kind) => [kind, make('path', { class: kind })]));
  #now = make('line', { class: 'now' });
  #times = ['', 'now', ''].map((label) => make('text', {}, label));
  #numbers = make('g', { class: 'numbers' });

  constructor(svg) {
    this.#svg = svg;
    svg.append(...Object.values(this.#kinds), this.#now, this.#numbers, ...this.#times);
  }

  draw(lives, nowMs) {
    const { width, height, rem } = sizeOf(this.#svg);
    const area = { width: width - 1.8 * rem, height: height - 1.3 * rem };
    const { paths, labels, reach } = bars(lives, nowMs, area);
    for (const [kind, d] of Object.entries(paths)) set(this.#kinds[kind], { d });
    set(this.#now, { x1: area.width / 2, x2: area.width / 2, y1: 0, y2: area.height });
    put(this.#times[0], `${span(reach)} ago`);
    put(this.#times[2], `in ${span(reach)}`);
    spread(this.#times, 0, area.width, height - 0.2 * rem);
    list(this.#numbers, 'text', labels, (text, { number, x, y }) => {
      put(text, String(number));
      set(text, { x: x + 0.25 * rem, y: y + 0.27 * rem });
    });
  }
}

/** A mark by itself, for the legend. */
export function icon(from) {
  const svg = make('svg', { viewBox: '-9 -9 18 18', 'aria-hidden': 'true' });
  svg.append(make('path', { d: shape(from, 0, 0, 5.5), 'data-marks': from }));
  return svg;
}

/** Three labels under a picture: at its beginning, its middle and its end. */
function spread(texts, left, width, y) {
  for (const [index, anchor] of ['start', 'middle', 'end'].entries()) {
    set(texts[index], { x: left + (width * index) / 2, y, 'text-anchor': anchor });
  }
}

function sizeOf(svg) {
  const { width, height } = svg.getBoundingClientRect();
  return { width, height, rem: Number.parseFloat(getComputedStyle(document.documentElement).fontSize) };
}

function make(tag, attributes = {}, text = '') {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  set(element, attributes);
  element.textContent = text;
  return element;
}
