// What plots have around their figures: a title, axes with their ticks, and a note.
import { fill, stroke } from './colours.mjs';
import { element, rounded, text, wrapped } from './svg.mjs';

export const WIDTH = 480;
/** How much of a text has room on a line: a character is about half an em wide, a bold one more. */
const TITLE_CHARACTERS = 48;
const NOTE_CHARACTERS = 70;
const LABEL = { ...fill('quiet'), 'font-size': 11 };
const TITLE_LINE = 19;
const NOTE_LINE = 15;

/** The lines of the title, and where what is below it begins. */
export function titled(title, subtitle) {
  const lines = wrapped(title, TITLE_CHARACTERS);
  const drawn = lines.map((line, index) => text(12, 22 + index * TITLE_LINE, line, { ...fill('ink'), 'font-size': 15, 'font-weight': 600 }));
  const below = 22 + lines.length * TITLE_LINE;
  return { drawn: [...drawn, text(12, below - 2, subtitle, fill('quiet'))], top: below + 10 };
}

/** What an axis shows. */
export function labelled({ label, scale }) {
  return scale === 'log' ? `${label}, logarithmic` : label;
}

/** The lines of the note from `top` on, and where they end. */
export function noted(note, top) {
  const lines = note ? wrapped(note, NOTE_CHARACTERS) : [];
  const drawn = lines.map((line, index) => text(12, top + 12 + index * NOTE_LINE, line, fill('quiet')));
  return { drawn, bottom: top + lines.length * NOTE_LINE + 8 };
}

/** The axis below, its ticks as high as the plot. */
export function axisBelow(scale, { left, right, top, bottom }) {
  return [
    element('path', { d: scale.ticks.map(({ place }) => `M${rounded(place)} ${top}V${bottom}`).join(''), ...stroke('grid') }),
    element('g', { ...LABEL, 'text-anchor': 'middle' }, scale.ticks.map(({ place, label }) => text(place, bottom + 15, label))),
    element('path', { d: `M${left} ${bottom}H${right}`, ...stroke('quiet') }),
    gapMark(scale.zeroGap, bottom, 'V'),
  ];
}

/** The axis at the left, its ticks as wide as the plot. */
export function axisAtLeft(scale, { left, right, top, bottom }) {
  return [
    element('path', { d: scale.ticks.map(({ place }) => `M${left} ${rounded(place)}H${right}`).join(''), ...stroke('grid') }),
    element('g', { ...LABEL, 'text-anchor': 'end' }, scale.ticks.map(({ place, label }) => text(left - 6, place + 4, label))),
    element('path', { d: `M${left} ${top}V${bottom}`, ...stroke('quiet') }),
    gapMark(scale.zeroGap, left, 'H'),
  ];
}

/** Says that an axis does not go on from zero to the next tick. */
function gapMark(at, line, direction) {
  if (at === undefined) return '';
  const [low, high] = [line - 4, line + 4];
  const d = [-2, 2].map((shift) => (direction === 'V' ? `M${at + shift} ${low}V${high}` : `M${low} ${at + shift}H${high}`)).join('');
  return element('path', { d, ...stroke('ink') });
}
