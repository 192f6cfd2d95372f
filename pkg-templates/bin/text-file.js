import { readFileSync } from 'node:fs';

/** The text of a file. Windows' PowerShell writes UTF-16; the mark that may be at the beginning is left out. */
export function textOf(file) {
  const bytes = readFileSync(file);
  return new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8').decode(bytes);
}
