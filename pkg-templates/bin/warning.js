/** What the command finds beside the diagnosis: it may be meant so. */
export function warning(code, message, advice, option) {
  return { code, part: 'configuration', severity: 'warning', message, advice, ...(option && { option }) };
}
