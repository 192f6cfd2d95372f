// Numbers as people read them.

/** Three digits, thousands apart; a dash for what nobody measured. */
export function shown(value) {
  if (typeof value !== 'number' || !Number.isFinite(value)) return '–';
  if (Number.isInteger(value)) return grouped(String(value));
  return Math.abs(value) >= 100 ? grouped(value.toFixed(0)) : value.toPrecision(3);
}

function grouped(digits) {
  return digits.replaceAll(/\B(?=(\d{3})+$)/g, ',');
}
