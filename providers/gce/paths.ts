import { PorticoError } from '../../src/errors.ts';
import type { GceConfig } from './config.ts';
import { type CollectionName, collections } from './compute/calls.ts';

/**
 * How resources of the API are named here: `projects/p/regions/r/addresses/a`, the part of a URL that does not depend
 * on the host it was read from.
 */
export type ResourcePath = `projects/${string}`;

/** The path in a full or partial URL, or undefined when there is none. */
export function pathOfUrl(url: string | null): ResourcePath | undefined {
  const at = url?.indexOf('projects/') ?? -1;
  return url === null || at === -1 ? undefined : (url.slice(at) as ResourcePath);
}

/** References are sent as full URLs, which every field accepts; the host of the public API fits every endpoint. */
export const urlOf = (path: ResourcePath): string => `https://www.googleapis.com/compute/v1/${path}`;

export const lastSegment = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The project, the place and the name in `projects/p/zones/z/instanceGroups/g`. Global resources have no place. */
export function partsOf(path: ResourcePath): { project: string; location: string | null; name: string } {
  const [, projectId = '', scope, second = ''] = path.split('/');
  return { project: projectId, location: scope === 'global' ? null : second, name: lastSegment(path) };
}

/** Firewalls live with the network, which a shared VPC keeps in another project. */
export const projectOf = (config: GceConfig, collection: CollectionName): string =>
  collection === 'firewalls' ? config.networkProject : config.project;

/** Where a resource of ours lies. `zone` for the collections that are zonal. */
export function pathTo(config: GceConfig, collection: CollectionName, name: string, zone?: string): ResourcePath {
  const { scope, segment } = collections[collection];
  const place = scope === 'global' ? 'global' : scope === 'region' ? `regions/${config.region}` : `zones/${zone ?? ''}`;
  return `projects/${projectOf(config, collection)}/${place}/${segment}/${name}`;
}

export const networkPath = (config: GceConfig): ResourcePath =>
  `projects/${config.networkProject}/global/networks/${config.network}`;

export const subnetworkPath = (config: GceConfig, name = config.subnetwork): ResourcePath =>
  `projects/${config.networkProject}/regions/${config.region}/subnetworks/${name}`;

/** The machine behind a node, from `gce://project/zone/name`. */
export interface Machine {
  readonly project: string;
  readonly zone: string;
  readonly name: string;
}

export function machineOf(providerId: string): Machine | undefined {
  const [, projectId, zone, name] = /^gce:\/\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(providerId) ?? [];
  return projectId && zone && name ? { project: projectId, zone, name } : undefined;
}

export function providerIdOf(machine: ResourcePath): string {
  const { project, location, name } = partsOf(machine);
  return `gce://${project}/${location ?? ''}/${name}`;
}

export const machinePath = ({ project, zone, name }: Machine): ResourcePath =>
  `projects/${project}/zones/${zone}/instances/${name}`;

/** `regions/r` places of a path must be ours: a defect otherwise. */
export function assertPath(path: ResourcePath | undefined, what: string): ResourcePath {
  if (path === undefined)
    throw new PorticoError('internal', `${what} has no path in the Compute API.`, { object: what });
  return path;
}
