import type { Json } from './json.ts';

/** FNV-1a over 64 bits: equal content gives an equal fingerprint, which is all that clients may rely on. */
export function fingerprintOf(content: Json): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(JSON.stringify(content))) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(hash);
  return bytes.toString('base64');
}

/** The API's fingerprint of no labels at all. */
export const noLabels = '42WmSpB8rSM=';

/** Fingerprints are bytes: some clients send them back in the URL-safe alphabet, or without padding. */
export const sameFingerprint = (a: string, b: string): boolean =>
  Buffer.from(a, 'base64').equals(Buffer.from(b, 'base64'));
