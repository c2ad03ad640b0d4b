import { invalidField } from './api-error.ts';
import { type Document, isDocument, isList, type Json } from './json.ts';

/**
 * List filters, both languages of https://cloud.google.com/compute/docs/reference/rest/v1/forwardingRules/list:
 * `field eq regex` / `ne` (RE2, matching the whole value; the missing value is the empty one), and
 * `field = value` with `!= < <= > >= :`, `*` in values, AND, OR (which binds tighter, AIP-160), NOT, `-`, parentheses;
 * side by side means AND. A path may pass through lists: one element that fits is enough.
 */
export type Filter = (row: Document) => boolean;

const everything: Filter = () => true;

export function parseFilter(source: string | null): Filter {
  if (source === null || source.trim() === '') return everything;
  const refuse = () => invalidField('filter', source, 'Invalid list filter expression.');
  const scanner = createScanner(source, refuse);
  const filter = parseSequence(scanner);
  if (!scanner.atEnd()) throw refuse();
  return filter;
}

interface Scanner {
  readonly atEnd: () => boolean;
  /** Takes the pattern at the current place, after blanks. */
  readonly take: (pattern: RegExp) => string | undefined;
  readonly sees: (pattern: RegExp) => boolean;
  /** The rest up to the parenthesis that closes the current group, or the end. */
  readonly takeLiteral: () => string;
  readonly refuse: () => Error;
}

function createScanner(source: string, refuse: () => Error): Scanner {
  let at = 0;
  const skip = () => {
    while (/\s/.test(source[at] ?? '')) at += 1;
  };
  const match = (pattern: RegExp) => {
    skip();
    return new RegExp(pattern.source, 'y').exec(source.slice(at))?.[0];
  };
  return {
    refuse,
    atEnd: () => {
      skip();
      return at >= source.length;
    },
    sees: (pattern) => match(pattern) !== undefined,
    take: (pattern) => {
      const found = match(pattern);
      at += found?.length ?? 0;
      return found;
    },
    takeLiteral: () => {
      skip();
      const start = at;
      let depth = 0;
      while (at < source.length) {
        const next = source[at];
        if (next === ')' && depth === 0) break;
        if (next === '\\') at += 1;
        else if (next === '(') depth += 1;
        else if (next === ')') depth -= 1;
        at += 1;
      }
      return source.slice(start, at).trim();
    },
  };
}

function parseSequence(scanner: Scanner): Filter {
  const terms = [parseAlternatives(scanner)];
  while (!scanner.atEnd() && !scanner.sees(/\)/)) {
    scanner.take(/AND\b/);
    terms.push(parseAlternatives(scanner));
  }
  return (row) => terms.every((term) => term(row));
}

function parseAlternatives(scanner: Scanner): Filter {
  const terms = [parseTerm(scanner)];
  while (scanner.take(/OR\b/) !== undefined) terms.push(parseTerm(scanner));
  return (row) => terms.some((term) => term(row));
}

function parseTerm(scanner: Scanner): Filter {
  if (scanner.take(/NOT\b|-/) !== undefined) {
    const negated = parseTerm(scanner);
    return (row) => !negated(row);
  }
  if (scanner.take(/\(/) === undefined) return parseComparison(scanner);
  const inner = parseSequence(scanner);
  if (scanner.take(/\)/) === undefined) throw scanner.refuse();
  return inner;
}

function parseComparison(scanner: Scanner): Filter {
  const path = scanner.take(/[A-Za-z_][\w-]*(?:\.[\w-]+)*/);
  if (path === undefined) throw scanner.refuse();
  const word = scanner.take(/(?:eq|ne)\b/);
  if (word !== undefined) return regexFilter(path, word, readQuoted(scanner) ?? scanner.takeLiteral(), scanner);
  const operator = scanner.take(/!=|<=|>=|[=<>:]/);
  if (operator === undefined) throw scanner.refuse();
  const quoted = readQuoted(scanner);
  const value = quoted ?? scanner.take(/[^\s()]+/);
  if (value === undefined) throw scanner.refuse();
  return compare(path, operator, value);
}

/** Backslashes stay for the regular expression; only an escaped quote is unwrapped. */
function readQuoted(scanner: Scanner): string | undefined {
  const quoted = scanner.take(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/);
  return quoted?.slice(1, -1).replaceAll(/\\(["'])/g, '$1');
}

function regexFilter(path: string, word: string, source: string, scanner: Scanner): Filter {
  const flags = source.startsWith('(?i)') ? 'i' : '';
  let regex: RegExp;
  try {
    regex = new RegExp(`^(?:${source.replace('(?i)', '')})$`, `${flags}s`);
  } catch {
    throw scanner.refuse();
  }
  const fits = (row: Document) => {
    const values = valuesAt(row, path.split('.')).map(show);
    return (values.length === 0 ? [''] : values).some((value) => regex.test(value));
  };
  return word === 'eq' ? fits : (row) => !fits(row);
}

function valuesAt(value: Json | undefined, [step, ...rest]: readonly string[]): readonly Json[] {
  if (isList(value)) return value.flatMap((item) => valuesAt(item, step === undefined ? [] : [step, ...rest]));
  if (step === undefined) return value === undefined ? [] : [value];
  return isDocument(value) ? valuesAt(value[step], rest) : [];
}

const show = (value: Json): string => (isDocument(value) || isList(value) ? JSON.stringify(value) : String(value));

const escape = (text: string) => text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
const wildcard = (pattern: string, anywhere: boolean) => {
  const body = escape(pattern).replaceAll('*', '.*');
  return new RegExp(anywhere ? body : `^${body}$`, anywhere ? 'is' : 's');
};
/** Links are compared from `projects/` on: the host is whatever the client calls. */
const bare = (text: string) => text.replace(/^https?:\/\/[^/]+\/compute\/[^/]+\//, '');

function compare(path: string, operator: string, written: string): Filter {
  const equals = (value: Json) => wildcard(bare(written), false).test(bare(show(value)));
  const order = (value: Json) =>
    typeof value === 'number' || /^\d+$/.test(show(value))
      ? Math.sign(Number(value) - Number(written))
      : Math.sign(show(value).localeCompare(written));
  const tests: Readonly<Record<string, (value: Json) => boolean>> = {
    '=': equals,
    ':': (value) => written === '*' || wildcard(written, true).test(show(value)) || hasKey(value, written),
    '<': (value) => order(value) < 0,
    '<=': (value) => order(value) <= 0,
    '>': (value) => order(value) > 0,
    '>=': (value) => order(value) >= 0,
  };
  const steps = path.split('.');
  if (operator === '!=') return (row) => !valuesAt(row, steps).some(equals);
  const test = tests[operator] ?? equals;
  return (row) => valuesAt(row, steps).some(test);
}

const hasKey = (value: Json, key: string): boolean => isDocument(value) && value[key] !== undefined;
