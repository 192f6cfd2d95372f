// SVG, and the HTML around it, as text: every text and attribute is escaped here, and nowhere else.

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
// XML has no way to say these at all.
const UNSAYABLE = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu;

/** What never has content. HTML does not know that anything else may end like this. */
const SHAPES = ['path', 'rect', 'circle'];

export function escaped(text) {
  return String(text).replaceAll(UNSAYABLE, '\ufffd').replaceAll(/[&<>"']/g, (character) => ESCAPES[character]);
}

/** An element; `children` are elements. Attributes that are undefined are left out. */
export function element(name, attributes, children = []) {
  const pairs = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const written = pairs.map(([key, value]) => ` ${key}="${escaped(typeof value === 'number' ? rounded(value) : value)}"`).join('');
  return SHAPES.includes(name) ? `<${name}${written}/>` : `<${name}${written}>${[children].flat().join('')}</${name}>`;
}

/** A text at a place. */
export function text(x, y, content, attributes = {}) {
  return element('text', { x, y, ...attributes }, escaped(content));
}

/** A tenth of a pixel is seen by nobody, and what is drawn of equal figures is equal. */
export function rounded(number) {
  return Math.round(number * 10) / 10;
}

/** `content` in lines of `most` characters; a longer word has a line of its own. */
export function wrapped(content, most) {
  const lines = [];
  for (const word of content.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/**
 * The whole drawing, on a ground of its own: what shows it may be light or dark whatever the reader's system is. `description` tells
 * those who do not see it what it shows.
 */
export function drawing({ width, height, title, description, ground }, children) {
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${rounded(width)} ${rounded(height)}`,
      role: 'img',
      'font-family': 'system-ui, sans-serif',
      'font-size': 12,
    },
    [
      element('title', {}, escaped(title)),
      element('desc', {}, escaped(description)),
      element('rect', { width, height, ...ground }),
      ...children,
    ],
  );
}
