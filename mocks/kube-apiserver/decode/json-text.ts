/** A JSON text as a tree that keeps what values lose: the order and repetition of keys, and numbers as written. */
export type JsonNode =
  | { readonly type: 'null' }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'number'; readonly raw: string }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'array'; readonly items: readonly JsonNode[] }
  | { readonly type: 'object'; readonly entries: readonly (readonly [string, JsonNode])[] };

/** A text that is not JSON; the message is the one of Go's encoding/json. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
}

const ended = 'unexpected end of JSON input';
const maxDepth = 10_000;

/** Reads one JSON value and nothing after it. @throws {JsonSyntaxError} */
export function parseJson(text: string): JsonNode {
  const cursor = new Cursor(text);
  cursor.skipSpace();
  const node = value(cursor, 0);
  cursor.skipSpace();
  if (!cursor.atEnd()) throw cursor.unexpected('after top-level value');
  return node;
}

class Cursor {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** The next character; an error at the end of the text. */
  peek(): string {
    if (this.atEnd()) throw new JsonSyntaxError(ended);
    return this.#text.charAt(this.#at);
  }

  /** The next character, or nothing at the end of the text. */
  glance(): string {
    return this.#text.charAt(this.#at);
  }

  next(): string {
    const char = this.peek();
    this.#at += 1;
    return char;
  }

  skipSpace(): void {
    while (/^[ \t\r\n]$/.test(this.glance())) this.#at += 1;
  }

  take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += match.length;
    return match;
  }

  unexpected(where: string): JsonSyntaxError {
    if (this.atEnd()) return new JsonSyntaxError(ended);
    const char = String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0);
    return new JsonSyntaxError(`invalid character ${quoteChar(char)} ${where}`);
  }
}

function quoteChar(char: string): string {
  if (char === "'") return String.raw`'\''`;
  if (char === '"') return `'"'`;
  const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };
  const code = char.codePointAt(0) ?? 0;
  const escaped = escapes[char] ?? (code < 0x20 || code === 0x7f ? `\\x${code.toString(16).padStart(2, '0')}` : char);
  return `'${escaped}'`;
}

function value(cursor: Cursor, depth: number): JsonNode {
  if (depth > maxDepth) throw new JsonSyntaxError('exceeded max depth');
  const char = cursor.peek();
  switch (char) {
    case '{':
      return object(cursor, depth);
    case '[':
      return array(cursor, depth);
    case '"':
      return { type: 'string', value: string(cursor) };
    case 't':
      return literal(cursor, 'true', { type: 'bool', value: true });
    case 'f':
      return literal(cursor, 'false', { type: 'bool', value: false });
    case 'n':
      return literal(cursor, 'null', { type: 'null' });
    default:
      if (char === '-' || (char >= '0' && char <= '9')) return number(cursor);
      throw cursor.unexpected('looking for beginning of value');
  }
}

function literal(cursor: Cursor, word: string, node: JsonNode): JsonNode {
  for (const expected of word) {
    if (cursor.peek() !== expected) throw cursor.unexpected(`in literal ${word} (expecting '${expected}')`);
    cursor.next();
  }
  return node;
}

function number(cursor: Cursor): JsonNode {
  let raw = cursor.take(/-?/y);
  const whole = cursor.take(/0|[1-9][0-9]*/y);
  if (whole === '') throw cursor.unexpected('in numeric literal');
  raw += whole;
  if (cursor.glance() === '.') {
    raw += cursor.next();
    const digits = cursor.take(/[0-9]+/y);
    if (digits === '') throw cursor.unexpected('after decimal point in numeric literal');
    raw += digits;
  }
  if (/^[eE]$/.test(cursor.glance())) {
    raw += cursor.next() + cursor.take(/[+-]?/y);
    const digits = cursor.take(/[0-9]+/y);
    if (digits === '') throw cursor.unexpected('in exponent of numeric literal');
    raw += digits;
  }
  return { type: 'number', raw };
}

const simpleEscapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

function string(cursor: Cursor): string {
  cursor.next();
  let result = '';
  for (;;) {
    // eslint-disable-next-line no-control-regex -- JSON strings may hold no control characters
    result += cursor.take(/[^"\\\u0000-\u001f]*/y);
    const char = cursor.peek();
    if (char === '"') {
      cursor.next();
      return result.toWellFormed();
    }
    if (char !== '\\') throw cursor.unexpected('in string literal');
    cursor.next();
    const escape = cursor.peek();
    const simple = simpleEscapes[escape];
    if (simple === undefined && escape !== 'u') throw cursor.unexpected('in string escape code');
    cursor.next();
    result += simple ?? String.fromCharCode(hex(cursor));
  }
}

function hex(cursor: Cursor): number {
  let code = '';
  for (let digit = 0; digit < 4; digit += 1) {
    if (!/^[0-9a-fA-F]$/.test(cursor.peek())) throw cursor.unexpected('in \\u hexadecimal character escape');
    code += cursor.next();
  }
  return Number.parseInt(code, 16);
}

function array(cursor: Cursor, depth: number): JsonNode {
  cursor.next();
  const items: JsonNode[] = [];
  cursor.skipSpace();
  if (cursor.peek() === ']') {
    cursor.next();
    return { type: 'array', items };
  }
  for (;;) {
    cursor.skipSpace();
    items.push(value(cursor, depth + 1));
    cursor.skipSpace();
    const char = cursor.peek();
    if (char !== ',' && char !== ']') throw cursor.unexpected('after array element');
    cursor.next();
    if (char === ']') return { type: 'array', items };
  }
}

function object(cursor: Cursor, depth: number): JsonNode {
  cursor.next();
  const entries: [string, JsonNode][] = [];
  cursor.skipSpace();
  if (cursor.peek() === '}') {
    cursor.next();
    return { type: 'object', entries };
  }
  for (;;) {
    cursor.skipSpace();
    if (cursor.peek() !== '"') throw cursor.unexpected('looking for beginning of object key string');
    const key = string(cursor);
    cursor.skipSpace();
    if (cursor.peek() !== ':') throw cursor.unexpected('after object key');
    cursor.next();
    cursor.skipSpace();
    entries.push([key, value(cursor, depth + 1)]);
    cursor.skipSpace();
    const char = cursor.peek();
    if (char !== ',' && char !== '}') throw cursor.unexpected('after object key:value pair');
    cursor.next();
    if (char === '}') return { type: 'object', entries };
  }
}
