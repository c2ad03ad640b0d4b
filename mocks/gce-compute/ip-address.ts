/** IPv4 and IPv6 addresses and ranges as numbers. IPv6 text comes out in the short form of RFC 5952. */
export type Family = 'IPV4' | 'IPV6';
export interface Ip {
  readonly family: Family;
  readonly value: bigint;
}
export interface Range {
  readonly family: Family;
  readonly base: bigint;
  readonly bits: number;
}

export const widthOf = (family: Family): number => (family === 'IPV4' ? 32 : 128);

function parseV4(text: string): bigint | undefined {
  const octets = text.split('.');
  if (octets.length !== 4 || !octets.every((octet) => /^(0|[1-9]\d{0,2})$/.test(octet) && Number(octet) < 256)) {
    return undefined;
  }
  return octets.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groupsOf = (half: string | undefined) => (half === undefined || half === '' ? [] : half.split(':'));
  const head = groupsOf(halves[0]);
  const tail = groupsOf(halves[1]);
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}

export function parseIp(text: string): Ip | undefined {
  const family = text.includes(':') ? 'IPV6' : 'IPV4';
  const value = family === 'IPV6' ? parseV6(text) : parseV4(text);
  return value === undefined ? undefined : { family, value };
}

export function formatIp({ family, value }: Ip): string {
  if (family === 'IPV4') return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, at) => ((value >> BigInt(112 - 16 * at)) & 0xffffn).toString(16));
  const zeros = [...groups.join(':').matchAll(/\b0(?::0)+\b/g)].toSorted((a, b) => b[0].length - a[0].length)[0];
  if (zeros === undefined) return groups.join(':');
  const written = groups.join(':');
  const before = written.slice(0, zeros.index).replace(/:$/, '');
  const after = written.slice(zeros.index + zeros[0].length).replace(/^:/, '');
  return `${before}::${after}`;
}

/** `10.0.0.0/8`, or a single address, which is a range of one. Host bits are cut off. */
export function parseRange(text: string): Range | undefined {
  const [address = '', suffix, ...more] = text.split('/');
  const ip = parseIp(address);
  if (ip === undefined || more.length > 0) return undefined;
  const width = widthOf(ip.family);
  if (suffix !== undefined && !/^\d{1,3}$/.test(suffix)) return undefined;
  const bits = suffix === undefined ? width : Number(suffix);
  if (bits > width) return undefined;
  const host = BigInt(width - bits);
  return { family: ip.family, base: (ip.value >> host) << host, bits };
}

export function contains(range: Range, ip: Ip): boolean {
  if (range.family !== ip.family) return false;
  const host = BigInt(widthOf(range.family) - range.bits);
  return ip.value >> host === range.base >> host;
}
