// The geometry of the page's pictures: data in, paths of SVG out. One path for all marks of a kind, so that the
// page does not grow with the requests.
import { KINDS, SHOWN_MS } from './figures.js';

const SLOWEST_MS = 10_000;
const DECADES = Math.log10(SLOWEST_MS);
export const TICKS = [
  { ms: 1, label: '1 ms' },
  { ms: 10, label: '10 ms' },
  { ms: 100, label: '100 ms' },
  { ms: 1000, label: '1 s' },
  { ms: SLOWEST_MS, label: '10 s' },
];

/** Where a duration stands: the slower, the higher, each factor of ten as far as the other. */
export function heightOf(durationMs, { height, margin }) {
  const decades = Math.log10(Math.min(Math.max(durationMs, 1), SLOWEST_MS));
  return round(margin + (height - 2 * margin) * (1 - decades / DECADES));
}

/** The shape of a kind of mark, around a point. They differ without their colours. */
export function shape(from, x, y, r) {
  switch (from) {
    case 'memory':
      return circle(x, y, r * 0.7);
    case 'another_request':
      return circle(x, y, r);
    case 'store':
      return `M${x - r} ${y - r}h${2 * r}v${2 * r}h${-2 * r}z`;
    case 'granted':
      return `M${x} ${y - r * 1.4}l${r * 1.3} ${r * 2.3}h${-r * 2.6}z`;
    case 'waited':
      return `M${x - r} ${y - r * 1.2}h${2 * r}l${-2 * r} ${r * 2.4}h${2 * r}z`;
    default:
      return `M${x - r} ${y - r}l${2 * r} ${2 * r}m0 ${-2 * r}l${-2 * r} ${2 * r}`;
  }
}

const circle = (x, y, r) => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;

/** The paths of a timeline by kind. `area`: `width`, `height` and `margin` in pixels, and `r`, the size of a mark. */
export function marks(requests, nowMs, area) {
  const paths = Object.fromEntries(KINDS.map(({ from }) => [from, '']));
  for (const { id, atMs, durationMs, from } of requests) {
    const x = round(area.width * (1 - (nowMs - atMs) / SHOWN_MS));
    // What comes at once would be one mark: each stands a little higher or lower, always in the same place.
    const y = round(heightOf(durationMs, area) + (((id * 7) % 11) / 5 - 1) * area.r);
    paths[from] += shape(from, x, y, area.r);
  }
  return paths;
}

/** How far the picture of the tokens' lives reaches to either side of now: the next round number above the longest life. */
const REACHES_MS = [60_000, 300_000, 900_000, 3_600_000, 14_400_000, 86_400_000];
export function reachOf(lives) {
  const longest = Math.max(0, ...lives.map(({ obtainedAtMs, expiresAtMs }) => expiresAtMs - obtainedAtMs));
  return REACHES_MS.find((reach) => reach >= longest) ?? REACHES_MS.at(-1);
}

/** Each token keeps its lane while it is seen; 8 at most are. */
export const LANES = 8;

/**
 * The bars of the tokens' lives: fresh as wide as the lane, stale half of it, and what a revoked token would have lived as an outline;
 * and where each token's number is written, after its end.
 */
export function bars(lives, nowMs, { width, height }) {
  const reach = reachOf(lives);
  const lane = height / LANES;
  const at = (ms) => round(Math.min(Math.max((width / 2) * (1 + (ms - nowMs) / reach), 0), width));
  const paths = { fresh: '', stale: '', revoked: '' };
  const labels = [];
  for (const { number, obtainedAtMs, refreshAtMs, expiresAtMs, revokedAtMs = Infinity } of lives) {
    const top = lane * ((number - 1) % LANES);
    const bar = (kind, from, to, part) => {
      if (at(to) > at(from)) {
        paths[kind] += `M${at(from)} ${round(top + (lane * (1 - part)) / 2)}H${at(to)}v${round(lane * part)}H${at(from)}z`;
      }
    };
    bar('fresh', obtainedAtMs, Math.min(refreshAtMs, expiresAtMs, revokedAtMs), 0.8);
    bar('stale', refreshAtMs, Math.min(expiresAtMs, revokedAtMs), 0.4);
    bar('revoked', revokedAtMs, expiresAtMs, 0.4);
    if (at(expiresAtMs) > 0) labels.push({ number, x: at(expiresAtMs), y: round(top + lane / 2) });
  }
  return { paths, labels, reach };
}

function round(pixels) {
  return Math.round(pixels * 10) / 10;
}
