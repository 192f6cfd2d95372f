// The diagnosis for who reads it.

/** Plain text, for a terminal or a log. */
export function describe({ ok, findings, steps }) {
  const { length } = findings;
  const summary = length === 0 ? 'nothing wrong was found' : `${length} ${length === 1 ? 'finding' : 'findings'}${ok ? ', no error' : ''}`;
  const tried = steps.map(({ name, outcome, durationMs, note }) => {
    const detail = note ?? `${durationMs} ms`;
    return `  ${outcome.padEnd(8)}${name} (${detail})`;
  });
  const told = findings.map(({ code, severity, message, said, advice }) =>
    [`${severity}: ${code}`, `  ${message}`, ...(said ? [`  Word for word: ${said}`] : []), `  What to do: ${advice}`].join('\n'),
  );
  return [[`edge-oauth2 doctor: ${summary}`, ...tried].join('\n'), ...told].join('\n\n');
}
