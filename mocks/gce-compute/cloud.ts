import type { Clock } from '../../src/clock.ts';
import type { FaultRule } from '../faults.ts';
import { externalRanges } from './address-choice.ts';
import { createCallLog, type LoggedCall } from './call-log.ts';
import { createComputeApi } from './compute-api.ts';
import { createFront } from './front.ts';
import { createIpPools } from './ip-pools.ts';
import type { Document } from './json.ts';
import type { Health, Site } from './kind.ts';
import type { NewInstance } from './kinds/instance.ts';
import { regionOf, regionOfZone, selfLink } from './links.ts';
import type { Workshop } from './workshop.ts';
import { createOperationLog, usualRetentionMs } from './operation-log.ts';
import { createPlaces } from './places.ts';
import { createQuotas, type QuotaOptions } from './quotas.ts';
import { seededRandom } from './random.ts';
import { createRateLimits, type RateLimitOptions } from './rate-limits.ts';
import { createResourceStore } from './resource-store.ts';
import { createView, type ResourceView } from './resource-view.ts';
import type { World } from './router.ts';
import { createSeeder } from './seeder.ts';
import { showEntry } from './showing.ts';
import type { GceRequest, GceResponse } from './wire.ts';

export interface GceCloudOptions {
  readonly clock: Clock;
  readonly project?: string | undefined;
  readonly region?: string | undefined;
  /** Default: a, b and c of the region. Zones of other regions bring these regions with them. */
  readonly zones?: readonly string[] | undefined;
  readonly operationLatencyMs?: number | undefined;
  /** How long operations are known, and request ids of calls. Default: 14 days. */
  readonly operationRetentionMs?: number | undefined;
  readonly seed?: number | undefined;
  readonly quotas?: QuotaOptions | undefined;
  readonly rateLimits?: RateLimitOptions | undefined;
  /** Bearer tokens that may call; without it, anybody may. */
  readonly tokens?: readonly string[] | undefined;
  /** Where external IPv4 addresses come from; default the documentation and benchmark ranges. */
  readonly externalRanges?: readonly string[] | undefined;
}

/** The Compute API of one project as a state machine: no sockets, no time and no chance but what it is given. */
export interface GceCloud {
  /** Rejects with ConnectionDropped when a fault drops the call, with the signal's reason when aborted. */
  readonly handle: (request: GceRequest) => Promise<GceResponse>;
  /** Adds a running VM at once. Throws ApiError as the API would refuse. */
  readonly addInstance: (instance: NewInstance) => void;
  readonly removeInstance: (zone: string, name: string) => void;
  /** All state as plain JSON: resources by key as a GET shows them, operations, addresses given out. */
  readonly snapshot: () => Document;
  /** Operations that are not done yet, as a GET shows them. */
  readonly running: () => readonly Document[];
  /** Resources as the data plane needs them, as of now; they never change in place. */
  readonly view: ResourceView;
  /** What getHealth says of the instance: in any group, in one, or in one for one backend service. Healthy at first. */
  readonly setHealth: (
    instance: { readonly zone: string; readonly name: string },
    health: Health,
    group?: string,
    service?: string,
  ) => void;
  /** Calls back after any change of a resource with its key. Returns the way to stop. */
  readonly onChange: (listener: (key: string) => void) => () => void;
  readonly setFaults: (rules: readonly FaultRule[]) => void;
  readonly calls: { counts(): Document; reset(): void; log(): readonly LoggedCall[] };
}

export function createGceCloud(options: GceCloudOptions): GceCloud {
  const { clock, project = 'portico', region = 'us-central1', operationLatencyMs = 0, seed = 1 } = options;
  const zones = options.zones ?? ['a', 'b', 'c'].map((letter) => `${region}-${letter}`);
  const regions = [...new Set([region, ...zones.map(regionOfZone)])].toSorted();
  const world: World = { project, regions, zones: zones.toSorted() };
  const random = seededRandom(seed);
  const stamp = () => new Date(clock.now()).toISOString().replace('Z', '-00:00');

  const listeners = new Set<(key: string) => void>();
  const store = createResourceStore((key) => {
    for (const listener of listeners) listener(key);
  });
  const health = new Map<string, Health>();
  const site: Site = {
    project,
    region,
    regions: world.regions,
    zones: world.zones,
    ips: createIpPools(),
    externalRanges: options.externalRanges ?? externalRanges,
    get: store.get,
    list: store.list,
    referrers: store.referrers,
    link: (path) => selfLink(project, path),
    show: (entry) => showEntry(entry, site),
    health: (group, member, service = '') =>
      health.get(`${service} ${group} ${member}`) ??
      health.get(`${group} ${member}`) ??
      health.get(member) ??
      'HEALTHY',
  };
  const quotas = createQuotas(options.quotas ?? {}, regionOf);
  const operations = createOperationLog({
    project,
    clock,
    random,
    latencyMs: operationLatencyMs,
    retentionMs: options.operationRetentionMs ?? usualRetentionMs,
  });
  let made = 0;
  const nextSequence = () => {
    made += 1;
    return made;
  };
  const shop: Workshop = { site, store, operations, quotas, stamp, newId: random.id, nextSequence };
  const seeder = createSeeder(world, shop);
  const calls = createCallLog(() => clock.now());
  const snapshot = (): Document => ({
    resources: Object.fromEntries(
      store
        .all()
        .map((entry) => [entry.key, site.show(entry)] as const)
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    ),
    operations: operations.list().map((operation) => operation.show()),
    addresses: site.ips.leases().map((lease) => ({ ...lease })),
  });
  const front = createFront({
    world,
    api: createComputeApi(world, shop, createPlaces(world, quotas, site.link, stamp())),
    clock,
    calls,
    random,
    limits: createRateLimits(options.rateLimits, () => clock.monotonic()),
    tokens: options.tokens,
    admin: { snapshot, addInstance: seeder.addInstance, removeInstance: seeder.removeInstance },
  });
  return {
    handle: front.handle,
    addInstance: seeder.addInstance,
    removeInstance: seeder.removeInstance,
    snapshot,
    running: () =>
      operations
        .list()
        .filter(({ done }) => !done)
        .map((operation) => operation.show()),
    view: createView(store, site),
    setHealth: ({ zone, name }, state, group, service) => {
      health.set([service, group, `zones/${zone}/instances/${name}`].filter(Boolean).join(' '), state);
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    setFaults: front.setFaults,
    calls: { counts: calls.counts, reset: calls.reset, log: calls.calls },
  };
}
