import { describe, expect, it } from 'vitest';
import { PorticoError } from '../src/errors.ts';
import { keepSecret, withoutSecrets } from '../src/secrets.ts';

it.each([
  ['a bearer token', 'Authorization: Bearer hush-hush-hush'],
  ['an access token of Google', 'got ya29.hush-hush'],
  ['a JSON Web Token', 'token eyJhbGciOiJub25l.eyJodXNoIjoiaHVzaCJ9.hush refused'],
  ['a private key', '-----BEGIN EC PRIVATE KEY-----\nhush\n-----END EC PRIVATE KEY-----\n'],
  ['the password in a URL', 'https://me:hush@192.0.2.1/ cannot be reached'],
])('%s is in no message of an error', (_title, text) => {
  const { message } = new PorticoError('denied', `the server said ${text}.`);
  expect(message).not.toMatch(/hush|hodXN/);
  expect(message).toMatch(/^the server said .*\[secret\]/);
});

describe('what is known to be a secret', () => {
  it('is cut out whatever it looks like and wherever it stands', () => {
    keepSecret('opaque+token/of=ours');
    const text = 'no user has "opaque+token/of=ours", opaque+token/of=ours!';
    expect(new PorticoError('denied', text).message).toBe('no user has "[secret]", [secret]!');
  });

  it('is not remembered for ever: tokens are renewed', () => {
    keepSecret('the-first-of-many');
    for (let renewal = 0; renewal < 100; renewal += 1) keepSecret(`renewed-${renewal}`);
    expect(withoutSecrets('the-first-of-many, renewed-99')).toBe('the-first-of-many, [secret]');
  });

  it('cuts nothing when it is too short to be one', () => {
    keepSecret('');
    keepSecret('in');
    expect(withoutSecrets('in the middle')).toBe('in the middle');
  });
});
