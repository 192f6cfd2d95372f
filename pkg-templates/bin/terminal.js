// What a terminal is sent.

const [RED, GREEN, YELLOW] = [31, 32, 33];

/** The beginnings of lines that say how it stands. */
const COLOURS = { passed: GREEN, failed: RED, error: RED, warning: YELLOW };

/** `text` for `stream`: in colours on a terminal that shows them, unless NO_COLOR says otherwise. What a server said moves no cursor. */
export function shownOn(stream, text) {
  const harmless = text.replaceAll(/[^\P{Cc}\n]/gu, '');
  if (!stream.isTTY || !stream.hasColors?.()) return harmless;
  return harmless.replaceAll(/^( *)(passed|failed|error|warning)\b/gm, (_, indent, word) => `${indent}\u001b[${COLOURS[word]}m${word}\u001b[39m`);
}
