/** `tcp:80`, `udp:7000-7010`, or `tcp` for all ports: one allowance of a firewall rule. */
export type Allowance = string;

/** A firewall rule takes this many ports or ranges in one entry. https://cloud.google.com/firewall/docs/firewalls */
const perEntry = 100;

/** The shortest list of ports and ranges that says the same: `80, 81, 82, 443` is `80-82, 443`. Sorted by port. */
export function collapsePorts(ports: Iterable<string | number>): string[] {
  const ranges = [...ports]
    .map((port) => String(port).split('-').map(Number))
    .map(([low = 0, high = low]): [number, number] => [low, high])
    .toSorted(([a], [b]) => a - b);
  const merged: [number, number][] = [];
  for (const [low, high] of ranges) {
    const last = merged.at(-1);
    if (last && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else merged.push([low, high]);
  }
  return merged.map(([low, high]) => (low === high ? String(low) : `${low}-${high}`));
}

/** Allowances in one form, whatever the order and the ranges they were written with. */
export function allowancesOf(
  entries: Iterable<{ readonly protocol: string; readonly ports: readonly (string | number)[] }>,
): Allowance[] {
  const byProtocol = new Map<string, (string | number)[] | 'all'>();
  for (const { protocol, ports } of entries) {
    const key = protocol.toLowerCase();
    const before = byProtocol.get(key);
    byProtocol.set(key, before === 'all' || ports.length === 0 ? 'all' : [...(before ?? []), ...ports]);
  }
  return [...byProtocol]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([protocol, ports]) =>
      ports === 'all' ? [protocol] : collapsePorts(ports).map((port) => `${protocol}:${port}`),
    );
}

/** Allowances as the entries of a firewall rule, each within the limit of ports. */
export function firewallEntries(allowances: readonly Allowance[]): { IPProtocol: string; ports?: string[] }[] {
  const byProtocol = new Map<string, string[]>();
  for (const allowance of allowances) {
    const [protocol = '', port] = allowance.split(':');
    const ports = byProtocol.get(protocol) ?? [];
    byProtocol.set(protocol, port === undefined ? ports : [...ports, port]);
  }
  return [...byProtocol].flatMap(([protocol, ports]) => {
    if (ports.length === 0) return [{ IPProtocol: protocol }];
    const chunks = Math.ceil(ports.length / perEntry);
    return Array.from({ length: chunks }, (_, index) => ({
      IPProtocol: protocol,
      ports: ports.slice(index * perEntry, (index + 1) * perEntry),
    }));
  });
}
