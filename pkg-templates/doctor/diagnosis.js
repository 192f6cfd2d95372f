// What was tried, and what was found.

import { API_CAUSES } from './api-causes.js';
import { CAUSES } from './causes.js';

/**
 * A finding, by its code. `values` are put into its texts; `said` is what the server said, and `rest` what differs from what is
 * known of the code.
 */
export function finding(code, values = {}, { said, ...rest } = {}) {
  const isOfApi = code in API_CAUSES;
  const { part = isOfApi ? 'api' : 'token', severity = 'error', option, message, advice } = { ...(CAUSES[code] ?? API_CAUSES[code]), ...rest };
  const filled = (text) => text.replaceAll(/\{(\w+)\}/g, (_, name) => ({ option, ...values })[name] ?? '');
  return { code, part, severity, message: filled(message), ...(said && { said }), advice: filled(advice), ...(option && { option }) };
}

export class Diagnosis {
  findings = [];
  steps = [];

  add(...findings) {
    for (const found of findings) {
      const isNew = this.findings.every(({ code, part }) => code !== found.code || part !== found.part);
      if (isNew) this.findings.push(found);
    }
  }

  /** Whether there is an error of one of these parts, or of any. */
  hasError(...parts) {
    return this.findings.some(({ part, severity }) => severity === 'error' && (parts.length === 0 || parts.includes(part)));
  }

  step(name, outcome, durationMs, note) {
    this.steps.push({ name, outcome, durationMs, ...(note && { note }) });
  }

  skip(name, note) {
    this.step(name, 'skipped', 0, note);
  }

  toJSON() {
    return { ok: !this.hasError(), findings: this.findings, steps: this.steps };
  }
}
