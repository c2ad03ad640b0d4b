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
  // Two edits are near enough for a short word, three are not; long words may have one for every four letters.
  ['abcd', ['abxy'], 'abxy'],
  ['abcd', ['axyz'], undefined],
  ['abcdefghijkl', ['abcdefghixyz'], 'abcdefghixyz'],
  ['abcdefghijk', ['abcdefghxyz'], undefined],
  // Of two that are as near, the first by the alphabet, however they are listed.
  ['ab', ['ac', 'aa'], 'aa'],
  ['ab', ['aa', 'ac'], 'aa'],
  // A swap of neighbours is one edit, wherever it is, and worth as much as any other.
  ['ab', ['xy', 'ba'], 'ba'],
  ['ab', ['ba', 'xb'], 'ba'],
  ['abcd', ['abdc', 'abyz'], 'abdc'],
  ['bacd', ['abcd', 'zzcd'], 'abcd'],
  ['abcdef', ['badcfe'], undefined],
  ['abcdefghijkl', ['badcfeghijkl'], 'badcfeghijkl'],
  // What is no swap is none: one letter in common, or the same two in the same order.
  ['abcd', ['bxyd'], undefined],
  ['abcd', ['xayd'], undefined],
])('the word nearest to %j in %j is %j', (word, known, expected) => {
  expect(nearest(word, known)).toBe(expected);
});
