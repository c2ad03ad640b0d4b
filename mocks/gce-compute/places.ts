import { notFound } from './api-error.ts';
import type { Document } from './json.ts';
import { projectPath, regionOfZone, type Scope } from './links.ts';
import type { Quotas } from './quotas.ts';
import type { World } from './router.ts';

/** The things of a project that nobody makes: itself, its regions and zones. */
export interface Places {
  readonly list: (collection: string) => readonly Document[];
  readonly get: (collection: string, name: string) => Document;
}

/** A number that depends on the name alone. */
const idOf = (name: string): string =>
  Buffer.from(name)
    .reduce((sum, byte) => (sum * 31n + BigInt(byte)) % 2n ** 63n, 7n)
    .toString();

export function createPlaces(world: World, quotas: Quotas, link: (path: string) => string, born: string): Places {
  const common = (kind: string, name: string, path: string): Document => ({
    kind: `compute#${kind}`,
    id: idOf(name),
    creationTimestamp: born,
    name,
    description: name,
    selfLink: link(path),
  });
  const region = (name: string): Document => {
    const scope: Scope = { type: 'regions', name };
    const zones = world.zones.filter((zone) => regionOfZone(zone) === name).map((zone) => link(`zones/${zone}`));
    return { ...common('region', name, `regions/${name}`), status: 'UP', zones, quotas: quotas.show(scope) };
  };
  const zone = (name: string): Document => ({
    ...common('zone', name, `zones/${name}`),
    status: 'UP',
    region: link(`regions/${regionOfZone(name)}`),
  });
  const project = (): Document => ({
    ...common('project', world.project, ''),
    description: undefined,
    selfLink: link('').replace(/\/$/, ''),
    commonInstanceMetadata: { kind: 'compute#metadata', fingerprint: 'AAAAAAAAAAA=' },
    quotas: quotas.show({ type: 'global', name: '' }),
    defaultServiceAccount: '123456789012-compute@developer.gserviceaccount.com',
    xpnProjectStatus: 'UNSPECIFIED_XPN_PROJECT_STATUS',
    defaultNetworkTier: 'PREMIUM',
  });
  const rows: Readonly<Record<string, () => readonly Document[]>> = {
    regions: () => world.regions.map(region),
    zones: () => world.zones.map(zone),
    projects: () => [project()],
  };
  const list = (collection: string) => rows[collection]?.() ?? [];
  return {
    list,
    get: (collection, name) => {
      const found = list(collection).find((row) => row['name'] === name);
      if (found === undefined) throw notFound(projectPath(world.project, `${collection}/${name}`));
      return found;
    },
  };
}
