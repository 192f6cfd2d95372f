// What tests read of a drawing.
import { createRequire } from 'node:module';

// Miniflare's own, which reads SVG as strictly as XML is read.
const sharp = createRequire(createRequire(import.meta.url).resolve('miniflare'))('sharp');

/** A text that is cut may have its gap between two words at the very edge. */
const MARGIN = 5;

/** The attributes of all elements of a name. */
export function elementsOf(svg, name) {
  return [...svg.matchAll(new RegExp(`<${name}\\b([^>]*)>`, 'g'))].map(([, written]) => attributesOf(written));
}

/** The texts that can be seen, with their attributes. */
export function textsOf(svg) {
  return [...svg.matchAll(/<text\b([^>]*)>([^<]*)<\/text>/g)].map(([, written, content]) => ({ ...attributesOf(written), content }));
}

/** What a renderer makes of it: how many of its pixels are no ground, and whether any at its sides is none. It throws if this is no XML. */
export async function rendered(svg) {
  const { data, info } = await sharp(Buffer.from(svg)).raw().toBuffer({ resolveWithObject: true });
  const ground = data.subarray(0, info.channels);
  const isInked = (at) => data.compare(ground, 0, info.channels, at * info.channels, (at + 1) * info.channels) !== 0;
  const pixels = Array.from({ length: info.width * info.height }, (_, at) => at).filter(isInked);
  const isCut = pixels.some((at) => Math.min(at % info.width, info.width - 1 - (at % info.width)) < MARGIN);
  return { inked: pixels.length, isCut, isOpaque: info.channels === 3 || data[3] === 255 };
}

function attributesOf(written) {
  return Object.fromEntries([...written.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
}
