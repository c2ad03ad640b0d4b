import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { compressed } from '../../../mocks/kube-apiserver/compress.ts';

const long = new TextEncoder().encode('a'.repeat(128 * 1024 + 1));
const short = long.subarray(1);

test.each([
  ['gzip', long, true],
  ['deflate, gzip;q=0.5', long, true],
  ['*', long, true],
  ['gzip', short, false],
  ['deflate', long, false],
  [undefined, long, false],
])('Accept-Encoding %s', async (accept, body, packed) => {
  const answer = await compressed({ status: 200, headers: { Vary: 'Accept' }, body }, accept);
  expect(answer.headers['Content-Encoding']).toBe(packed ? 'gzip' : undefined);
  expect(answer.headers['Vary']).toEqual(packed ? ['Accept-Encoding', 'Accept'] : 'Accept');
  if (!(answer.body instanceof Uint8Array)) throw new Error('The body is gone.');
  expect(Buffer.compare(packed ? gunzipSync(answer.body) : answer.body, body)).toBe(0);
});
