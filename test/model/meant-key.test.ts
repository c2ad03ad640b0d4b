import { expect, it } from 'vitest';
import { meantKey } from '../../src/model/meant-key.ts';

const keys = ['shop/web', 'default/web', 'default/api', 'shop/basket'];

it.each([
  ['default/wbe', 'default/web'],
  ['svc/web', 'default/web'],
  ['service/basket', 'shop/basket'],
  ['services/baskte', 'shop/basket'],
  ['default/basket', 'shop/basket'],
  ['elsewhere/web', 'default/web'],
  ['shpo/basket', 'shop/basket'],
  ['basket', 'shop/basket'],
  ['default/something', undefined],
])('%s is perhaps %s', (key, meant) => {
  expect(meantKey(key, keys)).toBe(meant);
});

it('a name that is right goes before one that is nearly so', () => {
  expect(meantKey('default/web', ['default/wob', 'shop/web'])).toBe('shop/web');
  expect(meantKey('default/wbe', ['a/web', 'default/web'])).toBe('default/web');
});
