import { notFound } from './api-error.ts';
import { instance, instanceBody, type NewInstance } from './kinds/instance.ts';
import { network } from './kinds/network.ts';
import { globalScope, keyOf, projectPath, type Scope } from './links.ts';
import { insert, remove } from './mutations.ts';
import { callOf, withoutDelay, type Workshop } from './workshop.ts';
import type { World } from './router.ts';

export interface Seeder {
  readonly addInstance: (instance: NewInstance) => void;
  readonly removeInstance: (zone: string, name: string) => void;
}

/** What exists without anybody's request: the default network and subnetworks; and VMs, by the owner's hand. */
export function createSeeder(world: World, shop: Workshop): Seeder {
  const atOnce = withoutDelay(shop);
  insert(atOnce, callOf(network, globalScope, { name: 'default' }));
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
