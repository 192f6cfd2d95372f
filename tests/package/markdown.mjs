// What is read of Markdown: links, headings and blocks of code, as GitHub understands them.

/** The blocks of code: their language and their text. */
export function blocksOf(markdown) {
  return [...markdown.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language, text]) => ({ language, text }));
}

/** Where the links of a document lead. */
export function linksOf(markdown) {
  return [...withoutCode(markdown).matchAll(/\]\(([^()\s]+)\)/g)].map(([, link]) => link);
}

/** What the headings of a document are linked by; one that is there twice has a number the second time. */
export function anchorsOf(markdown) {
  const anchors = new Set();
  const times = new Map();
  for (const [, heading] of withoutBlocks(markdown).matchAll(/^#+ +(.+)$/gm)) {
    const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = text.replaceAll(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-');
    const before = times.get(anchor) ?? 0;
    times.set(anchor, before + 1);
    anchors.add(before === 0 ? anchor : `${anchor}-${before}`);
  }
  return anchors;
}

const withoutBlocks = (markdown) => markdown.replaceAll(/^```.*?^```$/gms, '');
const withoutCode = (markdown) => withoutBlocks(markdown).replaceAll(/`(?:[^`\n]|\n(?!\n))*`/g, '``');
