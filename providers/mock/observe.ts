import { isIPv6 } from 'node:net';
import { type Graph, graph, isRef, type ResourceId, sharedRefsOf } from '../../src/graph/resource.ts';
import { type Owner, ownerKey, ownerLabel, type OwnerMark, parseMark } from '../../src/model/owner.ts';
import type { Ingress, Observation, StickyAddress } from '../../src/provider.ts';
import { specOf } from './body.ts';
import type { CloudRecord } from './cloud.ts';
import type { CloudApi } from './cloud-api.ts';
import type { AddressSpec, ForwardingRuleSpec, InstanceGroupSpec } from './kinds.ts';

/**
 * Whose a resource is. Its own id is part of the mark: a copy that somebody made of ours, description and all, under
 * another name is theirs.
 */
export function markOf(record: CloudRecord): OwnerMark | undefined {
  const mark = parseMark(record.description);
  return mark?.role === record.id ? mark : undefined;
}

export function isOwnedBy(record: CloudRecord, owner: Owner): boolean {
  const mark = markOf(record);
  return mark !== undefined && ownerKey(mark.owner) === ownerKey(owner);
}

/** What `owner` has of `kinds`, and what else sits under the wanted ids. */
export async function observe(
  api: CloudApi,
  kinds: readonly string[],
  owner: Owner,
  wanted: Iterable<ResourceId>,
  signal: AbortSignal,
): Promise<Observation> {
  const records = await listSettled(api, kinds, owner, signal);
  const owned = [...records.values()].filter((record) => isOwnedBy(record, owner));
  const named = (id: ResourceId): boolean => {
    const target = records.get(id);
    return target !== undefined && !isOwnedBy(target, owner);
  };
  const resources = graph(owned.map((record) => ({ id: record.id, kind: record.kind, spec: specOf(record, named) })));
  const ids = [...wanted];
  const foreign = ids.flatMap((id): [ResourceId, string][] => {
    const record = records.get(id);
    return record && !isOwnedBy(record, owner) ? [[id, describe(record)]] : [];
  });
  return {
    graph: resources,
    foreign: new Map(foreign),
    sticky: { addresses: stickyAddresses(owned, resources), zones: zonesOf(resources) },
    ingress: ids.every((id) => resources.has(id)) ? ingressOf(owned) : [],
  };
}

/** Whether a backend service that was left to nobody sends to groups of the cluster's. */
export async function isLent(api: CloudApi, shared: Graph, signal: AbortSignal): Promise<boolean> {
  if (![...shared.values()].some(({ kind }) => kind === 'instance-group')) return false;
  const left = (await api.list('backend-service', signal)).filter((record) => !markOf(record));
  return left.some((record) => sharedRefsOf(specOf(record, () => false)).some((id) => shared.has(id)));
}

/** Lists every kind, and again when an earlier process left changes of the owner's running: those are waited out. */
async function listSettled(
  api: CloudApi,
  kinds: readonly string[],
  owner: Owner,
  signal: AbortSignal,
): Promise<ReadonlyMap<ResourceId, CloudRecord>> {
  for (;;) {
    const lists = await Promise.all(kinds.map((kind) => api.list(kind, signal)));
    const records = lists.flat();
    const running = records.filter((record) => isOwnedBy(record, owner)).map((record) => record.operation);
    const operations = running.filter((operation) => operation !== null);
    if (operations.length === 0) return new Map(records.map((record) => [record.id, record]));
    await Promise.all(operations.map((operation) => api.wait(operation, signal)));
  }
}

/** From the owned addresses; or, where one was lost, from the rule that still listens on it. */
function stickyAddresses(owned: readonly CloudRecord[], resources: Graph): StickyAddress[] {
  return owned.flatMap(({ id, kind, ip }) => {
    const spec = resources.get(id)?.spec as AddressSpec | ForwardingRuleSpec | undefined;
    if (!spec || ip === null) return [];
    const orphan = 'address' in spec && isRef(spec.address) && !resources.has(spec.address.$ref);
    return kind === 'address' || orphan ? [{ scheme: spec.scheme, family: spec.family, ip }] : [];
  });
}

const zonesOf = (resources: Graph): string[] =>
  [...resources.values()]
    .filter((resource) => resource.kind === 'instance-group')
    .map((resource) => (resource.spec as InstanceGroupSpec).zone)
    .toSorted();

/** IPv4 first. */
function ingressOf(owned: readonly CloudRecord[]): Ingress[] {
  const ips = owned.filter((record) => record.kind === 'forwarding-rule').map((record) => record.ip);
  return ips
    .filter((ip) => ip !== null)
    .toSorted((a, b) => Number(isIPv6(a)) - Number(isIPv6(b)))
    .map((ip) => ({ ip }));
}

function describe(record: CloudRecord): string {
  const mark = markOf(record);
  const whose = mark ? `that belongs to ${ownerLabel(mark.owner)}` : 'that Portico did not make';
  return `${record.id}, a ${record.kind.replaceAll('-', ' ')} ${whose}`;
}

/** Everyone who has anything, whatever the cluster. */
export async function ownersIn(api: CloudApi, kinds: readonly string[], signal: AbortSignal): Promise<Owner[]> {
  const lists = await Promise.all(kinds.map((kind) => api.list(kind, signal)));
  const owners = lists.flat().flatMap((record) => markOf(record)?.owner ?? []);
  return [...new Map(owners.map((owner) => [ownerKey(owner), owner])).values()];
}
