import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { KubeAnswer } from './wire.ts';

const gzipped = promisify(gzip);

/** Shorter bodies are not worth it; the real server draws the line here too. */
const shortest = 128 * 1024;

/** The answer in gzip where the client takes that and the body is long. Watches are never compressed. */
export async function compressed(answer: KubeAnswer, acceptEncoding: string | undefined): Promise<KubeAnswer> {
  const { body, headers } = answer;
  if (!(body instanceof Uint8Array) || body.length <= shortest || !takesGzip(acceptEncoding ?? '')) return answer;
  const vary = [headers['Vary'] ?? []].flat().filter((name) => name !== 'Accept-Encoding');
  return {
    ...answer,
    headers: { ...headers, 'Content-Encoding': 'gzip', Vary: ['Accept-Encoding', ...vary] },
    body: await gzipped(body, { level: 1 }),
  };
}

function takesGzip(acceptEncoding: string): boolean {
  return acceptEncoding
    .split(',')
    .map((part) => part.trim().split(';')[0])
    .some((coding) => coding === 'gzip' || coding === '*');
}
