import { type Family, formatIp, type Ip, parseRange, widthOf } from './ip-address.ts';
import type { Key } from './links.ts';

/** An address that is given out: static while an address resource holds it, ephemeral while only users do. */
export interface Lease {
  readonly ip: string;
  /** `external`, or the key of the subnetwork: internal addresses of different networks may be the same. */
  readonly space: string;
  readonly family: Family;
  /** Empty for global. */
  readonly region: string;
  readonly tier: string;
  readonly fixed: Key | undefined;
  readonly users: readonly Key[];
}

export type Facts = Omit<Lease, 'fixed' | 'users'>;

export interface IpPools {
  readonly find: (space: string, ip: string) => Lease | undefined;
  /** An address nobody holds, going round the ranges so that a released one is not handed out at once. */
  readonly pick: (space: string, ranges: readonly string[], blockBits?: number) => string | undefined;
  readonly hold: (facts: Facts, fixed: Key) => void;
  readonly use: (facts: Facts, user: Key) => void;
  /** The holder or user gives it up; with neither left it is free again. */
  readonly drop: (space: string, ip: string, key: Key) => void;
  readonly leases: () => readonly Lease[];
}

export function createIpPools(): IpPools {
  const leases = new Map<string, Lease>();
  const cursors = new Map<string, bigint>();
  const at = (space: string, ip: string) => `${space} ${ip}`;

  /** Network, gateway and broadcast addresses are not given out. */
  const usable = ({ family, value }: Ip) => family === 'IPV6' || ![0n, 1n, 255n].includes(value % 256n);

  function pick(space: string, ranges: readonly string[], blockBits?: number): string | undefined {
    const parsed = ranges.flatMap((range) => parseRange(range) ?? []);
    const sizes = parsed.map((range) => 1n << BigInt((blockBits ?? widthOf(range.family)) - range.bits));
    const total = sizes.reduce((sum, size) => sum + size, 0n);
    const cursorKey = `${space} ${ranges.join()}`;
    const start = cursors.get(cursorKey) ?? 0n;
    for (let step = 0n; step < total && step < 1_000_000n; step += 1n) {
      let index = (start + step) % total;
      const which = sizes.findIndex((size) => {
        if (index < size) return true;
        index -= size;
        return false;
      });
      const range = parsed[which];
      if (range === undefined) return undefined;
      const stride = BigInt(widthOf(range.family) - (blockBits ?? widthOf(range.family)));
      const ip: Ip = { family: range.family, value: range.base + (index << stride) };
      const text = formatIp(ip);
      if ((blockBits === undefined && !usable(ip)) || leases.has(at(space, text))) continue;
      cursors.set(cursorKey, start + step + 1n);
      return text;
    }
    return undefined;
  }

  const put = (lease: Lease) => leases.set(at(lease.space, lease.ip), lease);
  return {
    find: (space, ip) => leases.get(at(space, ip)),
    pick,
    hold: (facts, fixed) => {
      put({ ...facts, fixed, users: leases.get(at(facts.space, facts.ip))?.users ?? [] });
    },
    use: (facts, user) => {
      const known = leases.get(at(facts.space, facts.ip));
      put({ ...(known ?? facts), fixed: known?.fixed, users: [...(known?.users ?? []), user] });
    },
    drop: (space, ip, key) => {
      const known = leases.get(at(space, ip));
      if (known === undefined) return;
      const fixed = known.fixed === key ? undefined : known.fixed;
      const users = known.users.filter((user) => user !== key);
      if (fixed === undefined && users.length === 0) leases.delete(at(space, ip));
      else put({ ...known, fixed, users });
    },
    leases: () => [...leases.values()],
  };
}
