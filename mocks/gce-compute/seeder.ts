import { notFound } from './api-error.ts';
import { autoRange } from './auto-ranges.ts';
import { instance, instanceBody, type NewInstance } from './kinds/instance.ts';
import { network } from './kinds/network.ts';
import { subnetwork } from './kinds/subnetwork.ts';
import type { Document } from './json.ts';
import type { Kind } from './kind.ts';
import { globalScope, keyOf, projectPath, type Scope } from './links.ts';
import { insert, remove, type Workshop } from './mutations.ts';
import type { Operation, OperationRequest } from './operation-log.ts';
import type { World } from './router.ts';

export interface Seeder {
  readonly addInstance: (instance: NewInstance) => void;
  readonly removeInstance: (zone: string, name: string) => void;
}

/** What exists without anybody's request: the default network and subnetworks; and VMs, by the owner's hand. */
export function createSeeder(world: World, shop: Workshop): Seeder {
  const done: Operation = { name: '', sequence: 0, scope: globalScope, done: true, show: () => ({}) };
  const atOnce: Workshop = {
    ...shop,
    operations: {
      ...shop.operations,
      start: ({ commit }: OperationRequest) => {
        commit();
        return done;
      },
    },
  };
  const callOf = (kind: Kind, scope: Scope, body: Document) => {
    const rest = { cleared: [], query: new URLSearchParams(), requestId: undefined, failure: undefined };
    return { kind, scope, body, ...rest };
  };
  insert(atOnce, callOf(network, globalScope, { name: 'default', autoCreateSubnetworks: true }));
  world.regions.forEach((name) => {
    const scope: Scope = { type: 'regions', name };
    const body = {
      name: 'default',
      network: shop.site.link('global/networks/default'),
      ipCidrRange: autoRange(name, world.regions),
      // Unlike the real default subnetwork, which has IPv4 only: so that IPv6 Services work in a lab without set-up.
      stackType: 'IPV4_IPV6',
      ipv6AccessType: 'EXTERNAL',
    };
    insert(atOnce, callOf(subnetwork, scope, body));
  });
  const zoneScope = (name: string): Scope => {
    if (!world.zones.includes(name)) throw notFound(projectPath(world.project, `zones/${name}`));
    return { type: 'zones', name };
  };
  return {
    addInstance: (wanted) => {
      insert(atOnce, callOf(instance, zoneScope(wanted.zone), instanceBody(wanted)));
    },
    removeInstance: (zone, name) => {
      const scope = zoneScope(zone);
      if (shop.store.get(keyOf(scope, 'instances', name)) === undefined) {
        throw notFound(projectPath(world.project, keyOf(scope, 'instances', name)));
      }
      remove(atOnce, callOf(instance, scope, {}), name);
    },
  };
}
