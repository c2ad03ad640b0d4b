import type { Clock } from '../../src/clock.ts';
import { PorticoError } from '../../src/errors.ts';
import type { ResourceId } from '../../src/graph/resource.ts';
import { type AddressPool, addressPool } from './address-pool.ts';
import { type Body, checkBody, checkPatch, checkPorts, linksOf } from './cloud-rules.ts';

/** A resource as the cloud holds it. */
export interface CloudRecord {
  readonly id: ResourceId;
  readonly kind: string;
  readonly body: Body;
  /** Free text; this is where owners put their mark. */
  readonly description: string;
  /** Of addresses, and of rules: a rule keeps its own even when the reservation of it is lost. */
  readonly ip: string | null;
  /** Everything that cannot be deleted because of this one. */
  readonly uses: readonly ResourceId[];
  /** The operation that is changing it; until that is done nothing else may. */
  readonly operation: string | null;
}

export interface CloudOptions {
  readonly clock: Clock;
  /** How long every change takes, in milliseconds; 0 is done at once. */
  readonly latencyMs?: number;
  /** CIDRs from which addresses are given out, by `<scheme>/<family>`. */
  readonly pools?: Readonly<Record<string, string>>;
}

/** Documentation ranges for the outside, private ones for the inside. */
const defaultPools = {
  'external/ipv4': '203.0.113.0/24',
  'external/ipv6': '2001:db8:1::/112',
  'internal/ipv4': '10.128.0.0/20',
  'internal/ipv6': 'fd20:db8::/112',
};

/**
 * The state of a cloud and its rules. Every change is checked against the whole state at once, holds its resource until
 * its operation is done, and is either refused with an error or certain to happen.
 */
export interface Cloud {
  readonly records: ReadonlyMap<ResourceId, CloudRecord>;
  /** The four changes give the id of the operation that carries them out. */
  insert(id: ResourceId, body: Body, description: string): string;
  /** Changes the given fields, in place. */
  patch(id: ResourceId, fields: Body): string;
  remove(id: ResourceId): string;
  /** Writes another free text on it. */
  describe(id: ResourceId, description: string): string;
  /** Resolves when the operation is done. */
  finished(operation: string): Promise<void>;
  /** A resource vanishes without the cloud's asking what uses it: the disaster that a provider must survive. */
  lose(id: ResourceId): void;
}

export function createCloud({ clock, latencyMs = 0, pools = defaultPools }: CloudOptions): Cloud {
  const records = new Map<ResourceId, CloudRecord>();
  const running = new Map<string, Promise<void>>();
  const poolOf = new Map(Object.entries(pools).map(([key, cidr]) => [key, addressPool(cidr)]));
  let operations = 0;

  /** The record, which no operation may be changing. */
  const settled = (id: ResourceId): CloudRecord => {
    const found = records.get(id);
    if (!found) throw new PorticoError('not-found', `${id} does not exist.`, { object: id });
    if (found.operation !== null) {
      throw new PorticoError('in-use', `${id} is being changed by ${found.operation}. Wait for it.`, { object: id });
    }
    return found;
  };

  const start = (record: CloudRecord, complete: () => void): string => {
    operations += 1;
    const operation = `operation-${operations}`;
    records.set(record.id, { ...record, operation });
    if (latencyMs === 0) {
      complete();
      return operation;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    running.set(operation, promise);
    clock.after(latencyMs, () => {
      running.delete(operation);
      if (records.get(record.id)?.operation === operation) complete();
      resolve();
    });
    return operation;
  };

  const store = (record: CloudRecord): void => {
    records.set(record.id, { ...record, uses: linksOf(record.body), operation: null });
  };

  const ipOf = (id: ResourceId, kind: string, body: Body): string | null => {
    if (kind === 'address') return claimAddress(id, body, records, poolOf);
    if (kind !== 'forwarding-rule') return null;
    const ip = listeningIp(id, body, records);
    checkPorts(id, ip, body, records.values());
    return ip;
  };

  return {
    records,
    insert: (id, body, description) => {
      checkBody(id, body);
      if (records.has(id)) throw new PorticoError('exists', `${id} already exists.`, { object: id });
      const uses = linksOf(body);
      uses.forEach(settled);
      const kind = id.slice(0, id.indexOf('/'));
      const record = { id, kind, body, description, ip: ipOf(id, kind, body), uses, operation: null };
      return start(record, () => {
        store(record);
      });
    },
    patch: (id, fields) => {
      const before = settled(id);
      const body = { ...before.body, ...fields };
      checkPatch(id, fields);
      checkBody(id, body);
      const links = linksOf(body);
      links.filter((link) => !before.uses.includes(link)).forEach(settled);
      // What it used and what it will use are both held until the change is done.
      const record = { ...before, body, uses: [...before.uses, ...links] };
      return start(record, () => {
        store(record);
      });
    },
    remove: (id) => {
      const record = settled(id);
      const user = [...records.values()].find((other) => other.uses.includes(id));
      if (user) throw new PorticoError('in-use', `${id} is used by ${user.id}. Delete that first.`, { object: id });
      return start(record, () => records.delete(id));
    },
    describe: (id, description) => {
      const record = { ...settled(id), description };
      return start(record, () => {
        store(record);
      });
    },
    finished: async (operation) => {
      await running.get(operation);
    },
    lose: (id) => {
      records.delete(id);
    },
  };
}

/** The value of a new address: the wanted one, or the next that is free. One that only a rule still holds can be had. */
function claimAddress(
  id: ResourceId,
  { scheme, family, ip }: Body,
  records: ReadonlyMap<ResourceId, CloudRecord>,
  pools: ReadonlyMap<string, AddressPool>,
): string {
  const range = `${String(scheme)}/${String(family)}`;
  const pool = pools.get(range);
  if (!pool) throw new PorticoError('unsupported', `This cloud has no ${range} addresses.`, { object: id });
  const holders = (kind: string | null, wanted: string): CloudRecord[] =>
    [...records.values()].filter((other) => other.ip === wanted && (kind === null || other.kind === kind));
  if (typeof ip !== 'string') return pool.next((free) => holders(null, free).length > 0);
  if (!pool.has(ip)) throw new PorticoError('invalid', `${ip} is not among the ${range} addresses.`, { object: id });
  const [holder] = holders('address', ip);
  if (holder) throw new PorticoError('conflict', `${ip} is reserved as ${holder.id}.`, { object: id });
  return ip;
}

/** The address on which a rule will listen: it has to be reserved, and of the rule's scheme and family. */
function listeningIp(id: ResourceId, body: Body, records: ReadonlyMap<ResourceId, CloudRecord>): string {
  const { address, scheme, family } = body as { address: { link: ResourceId } | { ip: string } } & Body;
  const source =
    'link' in address
      ? records.get(address.link)
      : [...records.values()].find((other) => other.kind === 'address' && other.ip === address.ip);
  if (!source?.ip) {
    const wanted = 'link' in address ? address.link : address.ip;
    throw new PorticoError('not-found', `${id}: ${wanted} is not reserved. Reserve it first.`, { object: id });
  }
  if (source.body['scheme'] !== scheme || source.body['family'] !== family) {
    const range = `${String(scheme)}/${String(family)}`;
    throw new PorticoError('invalid', `${id}: ${source.id} is not an address of ${range}.`, { object: id });
  }
  return source.ip;
}
