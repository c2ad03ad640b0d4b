import { expect, it } from 'vitest';
import { nearest } from '../../src/model/nearest.ts';

it.each([
  ['workres', ['workers', 'provider'], 'workers'],
  ['Workers', ['workers'], 'workers'],
  ['x', ['workers', 'provider'], undefined],
  ['', ['workers'], undefined],
  ['health-chekc-mode', ['health-check-mode', 'health-check-path'], 'health-check-mode'],
  ['ab', ['ba', 'abc'], 'abc'],
  ['anything', [], undefined],
])('the word nearest to %j in %j is %j', (word, known, expected) => {
  expect(nearest(word, known)).toBe(expected);
});
