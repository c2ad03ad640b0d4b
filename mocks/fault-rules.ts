import type { FaultEffect, FaultMatch, FaultRule } from './faults.ts';

/** The rules, or what is wrong with them, one sentence a problem. */
export type ParsedFaults<E = FaultEffect> =
  | { readonly rules: readonly FaultRule<E>[] }
  | { readonly problems: readonly string[] };

type Fields = Readonly<Record<string, unknown>>;
type Check = 'text' | 'regex' | 'count' | 'number' | 'share' | 'status' | 'moment';
/** A list is of the texts that a field may have. */
type Shape = Readonly<Record<string, { readonly check: Check | readonly string[]; readonly needed?: boolean }>>;
/** Fields of each effect that a mock knows. */
export type EffectShapes<E extends { readonly type: string }> = Readonly<Record<E['type'], Shape>>;

const matchShape: Shape = {
  method: { check: 'text' },
  path: { check: 'regex' },
  nth: { check: 'count' },
  times: { check: 'count' },
  probability: { check: 'share' },
};

export const commonEffects: EffectShapes<FaultEffect> = {
  error: {
    status: { check: 'status', needed: true },
    reason: { check: 'text' },
    message: { check: 'text' },
    retryAfterSeconds: { check: 'number' },
  },
  drop: { when: { check: 'moment', needed: true } },
  delay: { ms: { check: 'number', needed: true } },
  stall: { when: { check: 'moment', needed: true } },
  'fail-operation': {
    code: { check: 'text', needed: true },
    message: { check: 'text', needed: true },
    httpStatus: { check: 'status', needed: true },
  },
  garbage: { status: { check: 'status' }, body: { check: 'text' } },
};

const isRegex = (value: unknown): boolean => {
  try {
    return typeof value === 'string' && new RegExp(value) instanceof RegExp;
  } catch {
    return false;
  }
};

const isNumber = (value: unknown, low: number, high: number, whole = false): boolean =>
  typeof value === 'number' && value >= low && value <= high && (!whole || Number.isInteger(value));

const checks: Readonly<Record<Check, readonly [(value: unknown) => boolean, string]>> = {
  text: [(value) => typeof value === 'string', 'a text'],
  regex: [isRegex, 'a regular expression'],
  count: [(value) => isNumber(value, 1, Number.MAX_SAFE_INTEGER, true), 'a whole number from 1 on'],
  number: [(value) => isNumber(value, 0, Number.MAX_SAFE_INTEGER), 'a number from 0 on'],
  share: [(value) => isNumber(value, 0, 1), 'a number from 0 to 1'],
  status: [(value) => isNumber(value, 200, 599, true), 'an HTTP status'],
  moment: [(value) => value === 'before' || value === 'after', '"before" or "after"'],
};

const oneOf = (texts: readonly string[]): readonly [(value: unknown) => boolean, string] => [
  (value) => typeof value === 'string' && texts.includes(value),
  `one of ${texts.join(', ')}`,
];

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function checkShape(value: Fields, shape: Shape, where: string): string[] {
  const unknown = Object.keys(value)
    .filter((field) => !Object.hasOwn(shape, field))
    .map((field) => `${where}.${field} is unknown; known: ${Object.keys(shape).join(', ')}.`);
  const wrong = Object.entries(shape).flatMap(([field, { check, needed }]) => {
    const given = value[field];
    if (given === undefined) return needed === true ? [`${where}.${field} is missing.`] : [];
    const [fits, wanted] = typeof check === 'string' ? checks[check] : oneOf(check);
    return fits(given) ? [] : [`${where}.${field} must be ${wanted}.`];
  });
  return [...unknown, ...wrong];
}

function checkRule(rule: unknown, at: number, shapes: Readonly<Record<string, Shape>>): string[] {
  const where = `rules[${at}]`;
  if (!isFields(rule)) return [`${where} must be an object with match and effect.`];
  const { match = {}, effect, ...others } = rule;
  const extra = Object.keys(others).map((field) => `${where}.${field} is unknown; known: match, effect.`);
  const matchProblems = isFields(match)
    ? checkShape(match, matchShape, `${where}.match`)
    : [`${where}.match must be an object.`];
  if (!isFields(effect)) return [...extra, ...matchProblems, `${where}.effect must be an object.`];
  const { type, ...rest } = effect;
  const shape = typeof type === 'string' && Object.hasOwn(shapes, type) ? shapes[type] : undefined;
  if (!shape) {
    return [...extra, ...matchProblems, `${where}.effect.type must be one of ${Object.keys(shapes).join(', ')}.`];
  }
  return [...extra, ...matchProblems, ...checkShape(rest, shape, `${where}.effect`)];
}

/** One rule or a list of them, as JSON, with the effects that all mocks know. */
export const parseFaults = (input: unknown): ParsedFaults => parseFaultsOf(commonEffects, input);

/** The same for a mock with effects of its own. */
export function parseFaultsOf<E extends { readonly type: string }>(
  shapes: EffectShapes<E>,
  input: unknown,
): ParsedFaults<E> {
  const list: readonly unknown[] = Array.isArray(input) ? input : [input];
  const problems = list.flatMap((rule, at) => checkRule(rule, at, shapes));
  if (problems.length > 0) return { problems };
  const rules = (list as readonly { match?: FaultMatch; effect: E }[]).map(({ match = {}, effect }) => ({
    match,
    effect,
  }));
  return { rules };
}
