import { objectOf, textOf } from '../json.ts';
import type { KubeObject } from '../kind.ts';
import { badRequest } from '../status.ts';

export type Matches = (object: KubeObject) => boolean;

type Operator = '=' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

const symbols = ['==', '!=', '=', '!', '(', ')', ',', '>', '<'] as const;
const word = /^[^\s=!(),<>]+/;

function tokens(text: string): string[] {
  const found: string[] = [];
  let rest = text.trimStart();
  while (rest !== '') {
    const token = symbols.find((symbol) => rest.startsWith(symbol)) ?? word.exec(rest)?.[0] ?? rest;
    found.push(token);
    rest = rest.slice(token.length).trimStart();
  }
  return found;
}

function isWord(token: string | undefined): token is string {
  return token !== undefined && !symbols.some((symbol) => symbol === token);
}

const operators: Readonly<Record<string, Operator>> = {
  '=': '=',
  '==': '=',
  '!=': '!=',
  in: 'in',
  notin: 'notin',
  '>': 'gt',
  '<': 'lt',
  gt: 'gt',
  lt: 'lt',
};

function refuse(found: string | undefined, expected: string): never {
  throw badRequest(`unable to parse requirement: found '${found ?? ''}'${expected}`);
}

function parseValues(all: readonly string[], start: number): { values: string[]; next: number } {
  let index = start;
  if (all[index] !== '(') refuse(all[index], " expected: '('");
  index += 1;
  const values: string[] = [];
  for (;;) {
    const token = all[index];
    if (token === ')') {
      // Nothing between the brackets, or after the last comma, is the empty string.
      if (all[index - 1] !== '(' || values.length === 0) {
        if (all[index - 1] === '(' || all[index - 1] === ',') values.push('');
      }
      return { values, next: index + 1 };
    }
    if (token === ',') {
      if (all[index - 1] === '(' || all[index - 1] === ',') values.push('');
    } else if (isWord(token)) {
      values.push(token);
      if (all[index + 1] !== ',' && all[index + 1] !== ')') refuse(all[index + 1], ", expected: ',' or ')'");
    } else {
      refuse(token, ", expected: ',', ')' or identifier");
    }
    index += 1;
  }
}

function parse(text: string): Requirement[] {
  const all = tokens(text);
  const requirements: Requirement[] = [];
  let index = 0;
  while (index < all.length) {
    const negated = all[index] === '!';
    if (negated) index += 1;
    const key = all[index];
    if (!isWord(key)) refuse(key, ', expected: identifier');
    index += 1;
    const after = all[index];
    if (negated || after === undefined || after === ',') {
      requirements.push({ key, operator: negated ? '!' : 'exists', values: [] });
    } else {
      const operator = operators[after];
      if (operator === undefined) refuse(after, ', expected: in, notin, =, ==, !=, gt, lt');
      index += 1;
      if (operator === 'in' || operator === 'notin') {
        const { values, next } = parseValues(all, index);
        requirements.push({ key, operator, values });
        index = next;
      } else {
        const value = all[index];
        if (value !== undefined && value !== ',' && !isWord(value)) refuse(value, ', expected: identifier');
        requirements.push({ key, operator, values: [isWord(value) ? value : ''] });
        if (isWord(value)) index += 1;
      }
    }
    const separator = all[index];
    if (separator === undefined) break;
    if (separator !== ',') refuse(separator, ", expected: ',' or 'end of string'");
    index += 1;
    if (index === all.length) refuse('', ", expected: identifier after ','");
  }
  return requirements;
}

function fulfils(value: string | undefined, { operator, values }: Requirement): boolean {
  switch (operator) {
    case '=':
    case 'in':
      return value !== undefined && values.includes(value);
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
    case 'lt': {
      const [bound = ''] = values;
      if (value === undefined || !/^-?\d+$/.test(value) || !/^-?\d+$/.test(bound)) return false;
      return operator === 'gt' ? BigInt(value) > BigInt(bound) : BigInt(value) < BigInt(bound);
    }
    default:
      return operator satisfies never;
  }
}

/** A `labelSelector` as a predicate; throws 400 on what the real parser refuses. */
export function labelSelector(text: string): Matches {
  const requirements = parse(text);
  return (object) => {
    const labels = objectOf(object.metadata['labels']);
    return requirements.every((requirement) =>
      fulfils(Object.hasOwn(labels, requirement.key) ? textOf(labels[requirement.key]) : undefined, requirement),
    );
  };
}
