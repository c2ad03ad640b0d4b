/**
 * Where the addresses of the cluster lie on this machine. Kubernetes refuses loopback addresses as endpoints and the cloud
 * as those of its subnetworks, so that both keep theirs in 10/8; on the wire 10.a.b.c is 127.a.b.c, which Linux has on
 * its loopback without any setting up. What is in 127/8 already (the balancers of the lab) stays as it is.
 */
export interface AddressPlan {
  /** The loopback address on which to listen, to connect to, or to be seen as. */
  toWire(address: string): string;
  /** The address that cluster and cloud know by it: only what lies in the cluster's ranges is one of theirs. */
  fromWire(wire: string): string;
  /** Whether the address is of the cluster: of a node, a pod or a Service. */
  isInside(address: string): boolean;
}

/** Ranges in 10/8 that the cluster uses, as `10.4.0.0/14`. */
export function addressPlan(clusterRanges: readonly string[]): AddressPlan {
  const ranges = clusterRanges.map(parseRange);
  const isInside = (address: string): boolean => ranges.some((range) => contains(range, address));
  return {
    isInside,
    toWire: (address) => (address.startsWith('10.') ? `127.${address.slice(3)}` : address),
    fromWire: (wire) => {
      const inside = wire.startsWith('127.') ? `10.${wire.slice(4)}` : wire;
      return isInside(inside) ? inside : wire;
    },
  };
}

export interface Ipv4Range {
  readonly base: number;
  readonly bits: number;
}

export const ipv4Number = (address: string): number =>
  address.split('.').reduce((number, part) => number * 256 + Number(part), 0);

export const ipv4Text = (number: number): string =>
  [24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join('.');

/** `10.0.0.0/8`, or an address as a range of one. */
export function parseRange(text: string): Ipv4Range {
  const [base = '', bits = '32'] = text.split('/');
  return { base: ipv4Number(base), bits: Number(bits) };
}

function contains({ base, bits }: Ipv4Range, address: string): boolean {
  const size = 2 ** (32 - bits);
  const number = ipv4Number(address);
  return Math.floor(number / size) === Math.floor(base / size);
}

/** Whether one of the ranges has the address. Ranges of IPv6 have none: the loopback of the lab carries IPv4 alone. */
export const within = (ranges: readonly string[], address: string): boolean =>
  ranges.some((range) => !range.includes(':') && contains(parseRange(range), address));
