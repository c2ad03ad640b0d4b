import type { Json } from './json.ts';

/** FNV-1a over 64 bits: equal content gives an equal fingerprint, which is all that clients may rely on. */
export function fingerprintOf(content: Json): string {
  // In two halves, since arithmetic with bigints takes fifty times as long. The prime is 2^40 + 435.
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (const byte of Buffer.from(JSON.stringify(content))) {
    const mixed = (low ^ byte) >>> 0;
    const product = mixed * 435;
    low = product >>> 0;
    high = (Math.imul(high, 435) + Math.floor(product / 2 ** 32) + (mixed << 8)) >>> 0;
  }
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(high, 0);
  bytes.writeUInt32BE(low, 4);
  return bytes.toString('base64');
}

/** The API's fingerprint of no labels at all. */
export const noLabels = '42WmSpB8rSM=';

/** Fingerprints are bytes: some clients send them back in the URL-safe alphabet, or without padding. */
export const sameFingerprint = (a: string, b: string): boolean =>
  Buffer.from(a, 'base64').equals(Buffer.from(b, 'base64'));
