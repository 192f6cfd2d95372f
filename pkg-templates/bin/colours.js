// Colours, for people only.

const [RED, GREEN, YELLOW] = [31, 32, 33];

/** The beginnings of lines that say how it stands. */
const COLOURS = { passed: GREEN, failed: RED, error: RED, warning: YELLOW };

/** `text` for `stream`: a terminal that shows colours, unless NO_COLOR says otherwise. */
export function coloured(text, stream) {
  if (!stream.isTTY || !stream.hasColors?.()) return text;
  return text.replaceAll(/^( *)(passed|failed|error|warning)\b/gm, (_, indent, word) => `${indent}\u001b[${COLOURS[word]}m${word}\u001b[39m`);
}
