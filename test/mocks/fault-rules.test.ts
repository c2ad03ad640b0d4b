import { describe, expect, it } from 'vitest';
import { parseFaults } from '../../mocks/fault-rules.ts';
import { decideFault, type FaultMatch, type FaultRule } from '../../mocks/faults.ts';

const effect = { type: 'delay', ms: 5 } as const;

/** Which of the calls are hit, as `-` and `x`. */
function hits(match: FaultMatch, calls: readonly string[], chance: () => number = () => 0): string {
  let seen: readonly number[] = [];
  return calls
    .map((method) => {
      const decision = decideFault([{ match, effect }], seen, { method, path: `/v1/${method}?a=b` }, chance);
      ({ seen } = decision);
      return decision.effect === undefined ? '-' : 'x';
    })
    .join('');
}

const same = (count: number): readonly string[] => Array.from({ length: count }, () => 'addresses.insert');
const mixed = ['addresses.insert', 'addresses.delete', 'routes.delete', 'addressesXdelete'];

describe('decideFault', () => {
  it.each<readonly [FaultMatch, readonly string[], string]>([
    [{}, same(3), 'xxx'],
    [{ times: 2 }, same(4), 'xx--'],
    [{ nth: 2 }, same(4), '-x--'],
    [{ nth: 2, times: 2 }, same(4), '-xx-'],
    [{ method: 'addresses.delete' }, mixed, '-x--'],
    [{ method: '*.delete' }, mixed, '-xx-'],
    [{ method: 'addresses.*' }, mixed, 'xx--'],
    [{ method: '*.delete', nth: 2 }, mixed, '--x-'],
    [{ path: '^/v1/r.*=b$' }, mixed, '--x-'],
    [{ method: '*.delete', path: 'routes' }, mixed, '--x-'],
  ])('%j hits %j as %s', (match, calls, expected) => {
    expect(hits(match, calls)).toBe(expected);
  });

  it('asks for chance only where a probability is given', () => {
    const chances = [0.1, 0.9, 0.5, 0.49];
    expect(hits({ probability: 0.5 }, same(4), () => chances.shift() ?? 1)).toBe('x--x');
    const refuse = () => {
      throw new Error('asked');
    };
    expect(hits({ nth: 1 }, same(2), refuse)).toBe('x-');
  });

  it('takes the first rule that fires, and counts for all that match', () => {
    const rules: readonly FaultRule[] = [
      { match: { nth: 2 }, effect: { type: 'drop', when: 'before' } },
      { match: { nth: 2, times: 2 }, effect },
    ];
    let seen: readonly number[] = [];
    const types = [1, 2, 3, 4].map(() => {
      const decision = decideFault(rules, seen, { method: 'm', path: '/' }, () => 0);
      ({ seen } = decision);
      return decision.effect?.type;
    });
    expect(types).toEqual([undefined, 'drop', 'delay', undefined]);
    expect(seen).toEqual([4, 4]);
  });
});

describe('parseFaults', () => {
  it.each<readonly [string, unknown]>([
    ['error', { type: 'error', status: 503, reason: 'backendError', message: 'no', retryAfterSeconds: 2 }],
    ['drop', { type: 'drop', when: 'after' }],
    ['delay', { type: 'delay', ms: 0 }],
    ['stall', { type: 'stall', when: 'before' }],
    ['fail-operation', { type: 'fail-operation', code: 'QUOTA_EXCEEDED', message: 'm', httpStatus: 403 }],
    ['garbage', { type: 'garbage' }],
  ])('takes a rule with effect %s, alone or in a list, with or without a match', (_type, given) => {
    const match = { method: '*.insert', path: 'x', nth: 1, times: 2, probability: 0.5 };
    expect(parseFaults({ effect: given })).toEqual({ rules: [{ match: {}, effect: given }] });
    expect(parseFaults([{ match, effect: given }])).toEqual({ rules: [{ match, effect: given }] });
  });

  it('takes an empty list, which plants nothing', () => {
    expect(parseFaults([])).toEqual({ rules: [] });
  });

  it.each<readonly [unknown, readonly string[]]>([
    [7, ['rules[0] must be an object with match and effect.']],
    [{}, ['rules[0].effect must be an object.']],
    [{ match: [], effect }, ['rules[0].match must be an object.']],
    [{ effect, when: 1 }, ['rules[0].when is unknown; known: match, effect.']],
    [
      { effect: { type: 'toString' } },
      ['rules[0].effect.type must be one of error, drop, delay, stall, fail-operation, garbage.'],
    ],
    [
      { match: { verb: 'get' }, effect },
      ['rules[0].match.verb is unknown; known: method, path, nth, times, probability.'],
    ],
    [{ match: { path: '(' }, effect }, ['rules[0].match.path must be a regular expression.']],
    [{ match: { nth: 0 }, effect }, ['rules[0].match.nth must be a whole number from 1 on.']],
    [{ match: { times: 1.5 }, effect }, ['rules[0].match.times must be a whole number from 1 on.']],
    [{ match: { probability: 2 }, effect }, ['rules[0].match.probability must be a number from 0 to 1.']],
    [{ effect: { type: 'error', status: 99 } }, ['rules[0].effect.status must be an HTTP status.']],
    [{ effect: { type: 'error' } }, ['rules[0].effect.status is missing.']],
    [{ effect: { type: 'drop', when: 'during' } }, ['rules[0].effect.when must be "before" or "after".']],
    [{ effect: { type: 'delay', ms: -1 } }, ['rules[0].effect.ms must be a number from 0 on.']],
    [{ effect: { type: 'garbage', body: {} } }, ['rules[0].effect.body must be a text.']],
    [
      [{ effect }, { effect: { type: 'fail-operation', code: 'X' } }],
      ['rules[1].effect.message is missing.', 'rules[1].effect.httpStatus is missing.'],
    ],
  ])('refuses %j and says why', (input, problems) => {
    expect(parseFaults(input)).toEqual({ problems });
  });
});
