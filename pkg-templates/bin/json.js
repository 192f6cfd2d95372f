// JSON as people keep it in files: there may be comments, and commas at the end. What is wrong is told by its place and never
// by its text, as JSON.parse does: it may be a secret.

const GAP = /(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)*/y;
const STRING = /"(?:[^"\\\p{Cc}]|\\[^\p{Cc}])*"/uy;
const SCALAR = /(?:-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|true|false|null)(?![\w.])/iy;
const MAX_DEPTH = 50;

/** The value that `text` is. What is thrown for one that is none has a message with line and column. */
export function parseJson(text) {
  const reader = new Reader(text);
  const value = reader.value(0);
  if (!reader.isAtEnd()) throw reader.problem('nothing may follow here');
  return value;
}

class Reader {
  #text;
  #at = 0;

  constructor(text) {
    this.#text = text;
  }

  value(depth) {
    if (depth > MAX_DEPTH) throw this.problem('is nested too deeply');
    if (this.#takes('{')) return this.#object(depth + 1);
    if (this.#takes('[')) return this.#array(depth + 1);
    const from = this.#at;
    const token = this.#token(STRING) ?? this.#token(SCALAR);
    if (token === undefined) {
      throw this.problem(this.#isNext('"') ? 'a text does not end on its line' : 'a value is missing here, or has no double quotes');
    }
    try {
      return JSON.parse(token);
    } catch {
      this.#at = from;
      throw this.problem('a text has a backslash that means nothing, or a number is written in another way');
    }
  }

  #object(depth) {
    const entries = new Map();
    while (!this.#takes('}')) {
      const from = this.#at;
      const name = this.#token(STRING);
      if (name === undefined) throw this.problem("the name of a member in double quotes, or a '}', is missing here");
      if (entries.has(name)) {
        this.#at = from;
        throw this.problem('a member of this name is there already');
      }
      if (!this.#takes(':')) throw this.problem("a ':' is missing here");
      entries.set(name, this.value(depth));
      if (!this.#takes(',') && !this.#isNext('}')) throw this.problem("a ',' or a '}' is missing here");
    }
    return Object.fromEntries(Array.from(entries, ([name, value]) => [JSON.parse(name), value]));
  }

  #array(depth) {
    const items = [];
    while (!this.#takes(']')) {
      items.push(this.value(depth));
      if (!this.#takes(',') && !this.#isNext(']')) throw this.problem("a ',' or a ']' is missing here");
    }
    return items;
  }

  isAtEnd() {
    this.#match(GAP);
    return this.#at === this.#text.length;
  }

  problem(what) {
    const lines = this.#text.slice(0, this.#at).split('\n');
    return new SyntaxError(`line ${lines.length}, column ${lines.at(-1).length + 1}: ${this.isAtEnd() ? 'it ends here, and is not whole' : what}`);
  }

  #isNext(sign) {
    this.#match(GAP);
    return this.#text[this.#at] === sign;
  }

  #takes(sign) {
    const isNext = this.#isNext(sign);
    if (isNext) this.#at += 1;
    return isNext;
  }

  #token(pattern) {
    this.#match(GAP);
    return this.#match(pattern);
  }

  #match(pattern) {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#text) ?? [];
    this.#at += found?.length ?? 0;
    return found;
  }
}
