import { afterEach } from 'vitest';
import type { Provider } from '../../../src/provider.ts';
import { type Json, region, resourcesOf } from './others.ts';
import { cluster } from './scene.ts';
import { type GceWorld, gceWorld, type GceWorldOptions } from './world.ts';

export interface Stage {
  /** A new world with nodes in two zones, closed after the test. */
  readonly open: (options?: GceWorldOptions, nodes?: number) => Promise<void>;
  readonly world: () => GceWorld;
  readonly provider: () => Provider;
  /** What the Service `shop/web` has in a collection. */
  readonly own: (segment: string) => readonly Json[];
  /** The only one of these, or nothing. */
  readonly the: (segment: string) => Json;
  readonly pathOf: (segment: string) => string;
}

/** Where cases are replayed: one world a test. */
export function stage(): Stage {
  let current: { readonly world: GceWorld; readonly provider: Provider } | undefined;
  const present = (): NonNullable<typeof current> => {
    if (!current) throw new Error('Open the world first.');
    return current;
  };
  afterEach(async () => {
    await current?.world.close();
    current = undefined;
  });
  const own = (segment: string): readonly Json[] =>
    Object.entries(resourcesOf(present().world.cloud))
      .filter(([key, body]) => key.includes(`/${segment}/`) && String(body['description']).includes('shop/web'))
      .map(([, body]) => body);
  const the = (segment: string): Json => own(segment)[0] ?? {};
  return {
    open: async (options, nodes = 2) => {
      const world = await gceWorld(options);
      current = { world, provider: world.provider() };
      await cluster(world, current.provider, nodes);
    },
    world: () => present().world,
    provider: () => present().provider,
    own,
    the,
    pathOf: (segment) => {
      const scope = segment === 'firewalls' ? 'global' : `regions/${region}`;
      return `${scope}/${segment}/${String(the(segment)['name'])}`;
    },
  };
}
