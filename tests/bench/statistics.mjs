// Figures of several rounds. Ratios are made within a round, so that a machine that slows down slows both sides.

export function median(values) {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median, and the least and most of the rounds. */
export function summary(values) {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}

/** `values` against `others`, round by round. */
export function ratios(values, others) {
  return summary(values.map((value, round) => value / others[round]));
}
