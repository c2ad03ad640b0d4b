import { describe, expect, it } from 'vitest';
import { asPorticoError, errorRules, PorticoError } from '../src/errors.ts';

describe('asPorticoError', () => {
  it('keeps our own errors', () => {
    const error = new PorticoError('quota', 'full');
    expect(asPorticoError(error)).toBe(error);
  });

  it.each([
    [new DOMException('stop', 'AbortError'), 'aborted'],
    [new TypeError('x is not a function'), 'internal'],
    ['a string', 'internal'],
    [undefined, 'internal'],
  ])('gives %s a code', (thrown, code) => {
    const error = asPorticoError(thrown);
    expect(error.code).toBe(code);
    expect(error.cause).toBe(thrown);
  });
});

it('gives every code a CamelCase reason that no other code has', () => {
  const reasons = Object.values(errorRules).map((rule) => rule.reason);
  expect(new Set(reasons).size).toBe(reasons.length);
  for (const reason of reasons) expect(reason).toMatch(/^[A-Z][A-Za-z]+$/);
});
