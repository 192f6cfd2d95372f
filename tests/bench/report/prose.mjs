// The little of Markdown that the texts of a report have: paragraphs, lists, `code`, **bold** and links.
import { element, escaped } from './svg.mjs';

/** As HTML. Nothing in it is HTML already. */
export function prose(markdown) {
  const blocks = markdown.trim().split(/\n\s*\n/).filter(Boolean);
  return blocks.map((block) => (block.startsWith('- ') ? listOf(block) : element('p', {}, inline(block))));
}

function listOf(block) {
  const items = block.slice(2).split(/\n- /);
  return element('ul', {}, items.map((item) => element('li', {}, inline(item))));
}

/** The text of a line. */
export function inline(markdown) {
  return escaped(markdown.replaceAll(/\s*\n\s*/g, ' '))
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>')
    .replaceAll(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replaceAll(/\[([^\]]+)\]\(((?:https:\/\/)?[\w.#/-]+)\)/g, '<a href="$2">$1</a>');
}

/** The points of a list in a document, by what they have in bold: there they are at home, and a report takes them from there. */
export function pointsOf(markdown) {
  const points = [...markdown.matchAll(/^- \*\*([^*]+)\*\*.*(?:\n {2}.*)*/gm)];
  return new Map(points.map(([point, label]) => [label.replace(/\.$/, ''), point]));
}
