import { objectOf, textOf } from '../json.ts';
import type { FieldError, KubeObject } from '../kind.ts';
import { byteOrder } from '../schema/canonical.ts';
import { badRequest } from '../status.ts';
import { invalidValue } from '../validation/field-error.ts';
import { wrongLabelValue, wrongQualifiedName } from '../validation/names.ts';

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
};

function refuse(found: string | undefined, expected: string): never {
  throw badRequest(`found '${found ?? ''}'${expected}`);
}

/** Within a requirement. */
function refuseRequirement(found: string | undefined, expected: string): never {
  throw badRequest(`unable to parse requirement: found '${found ?? ''}'${expected}`);
}

interface Read<T> {
  readonly value: T;
  /** Index of the token after it. */
  readonly next: number;
}

/** `(a,b)`; nothing before or after a comma, or between the brackets, is the empty string. */
function readValues(all: readonly string[], start: number): Read<readonly string[]> {
  if (all[start] !== '(') refuseRequirement(all[start], " expected: '('");
  let index = start + 1;
  if (all[index] === ')') return { value: [''], next: index + 1 };
  if (!isWord(all[index]) && all[index] !== ',') {
    refuseRequirement(all[index], ", expected: ',', ')' or identifier");
  }
  const values = new Set<string>();
  for (;;) {
    const token = all[index];
    const after = all[index + 1];
    if (isWord(token)) {
      values.add(token);
      if (after !== ',' && after !== ')') refuseRequirement(after, ", expected: ',' or ')'");
    } else if (token === ',') {
      if (values.size === 0 || after === ')' || after === ',') values.add('');
      if (after === ',') index += 1;
    } else refuseRequirement(token, ", expected: ',', or identifier");
    index += 1;
    if (all[index] === ')') return { value: [...values].toSorted(byteOrder), next: index + 1 };
  }
}

function readExact(all: readonly string[], index: number): Read<readonly string[]> {
  const token = all[index];
  if (token === undefined || token === ',') return { value: [''], next: index };
  if (!isWord(token)) refuseRequirement(token, ', expected: identifier');
  return { value: [token], next: index + 1 };
}

function readRequirement(all: readonly string[], start: number): Read<Requirement> {
  const negated = all[start] === '!';
  const at = negated ? start + 1 : start;
  const key = all[at];
  if (!isWord(key)) refuseRequirement(key, ', expected: identifier');
  // The path to a key is empty, which Go shows so.
  const wrongKey = wrongQualifiedName(key);
  if (wrongKey.length > 0) refuseParts([invalidValue('<nil>', key, wrongKey.join('; '))]);
  const after = all[at + 1];
  if (negated || after === undefined || after === ',') {
    return { value: { key, operator: negated ? '!' : 'exists', values: [] }, next: at + 1 };
  }
  const operator = Object.hasOwn(operators, after) ? operators[after] : undefined;
  if (operator === undefined) refuseRequirement(after, ', expected: in, notin, =, ==, !=, gt, lt');
  const several = operator === 'in' || operator === 'notin';
  const { value: values, next } = several ? readValues(all, at + 2) : readExact(all, at + 2);
  refuseParts(wrongValues(key, operator, values));
  return { value: { key, operator, values }, next };
}

function wrongValues(key: string, operator: Operator, values: readonly string[]): readonly FieldError[] {
  const compares = operator === 'gt' || operator === 'lt';
  return [
    ...values.flatMap((value, index) =>
      compares && !/^[+-]?\d+$/.test(value)
        ? [invalidValue(`values[${index}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer")]
        : [],
    ),
    ...values.flatMap((value, index) => {
      const wrong = wrongLabelValue(value);
      return wrong.length === 0 ? [] : [invalidValue(`values[${index}][${key}]`, value, wrong.join('; '))];
    }),
  ];
}

function refuseParts(errors: readonly FieldError[]): void {
  const texts = errors.map(({ field, message }) => `${field}: ${message}`);
  const [first] = texts;
  if (first === undefined) return;
  throw badRequest(`unable to parse requirement: ${texts.length === 1 ? first : `[${texts.join(', ')}]`}`);
}

function parse(text: string): readonly Requirement[] {
  const all = tokens(text);
  const requirements: Requirement[] = [];
  let index = 0;
  while (index < all.length) {
    const first = all[index];
    if (!isWord(first) && first !== '!') refuse(first, ", expected: !, identifier, or 'end of string'");
    const { value, next } = readRequirement(all, index);
    requirements.push(value);
    const separator = all[next];
    if (separator === undefined) break;
    if (separator !== ',') refuse(separator, ", expected: ',' or 'end of string'");
    index = next + 1;
    const following = all[index];
    if (!isWord(following) && following !== '!') refuse(following, ", expected: identifier after ','");
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
