/** Why the command cannot do its work: a mistake in how it was called, or in the configuration. Holds no value of it. */
export class Problem extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}
