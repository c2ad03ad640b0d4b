import { createHash } from 'node:crypto';
import { apiVersionOf } from '../api-version.ts';
import type { JsonObject } from '../json.ts';
import type { Subresource } from '../kind.ts';
import type { Group, Resource } from './groups.ts';

/** `APIGroupDiscoveryList`: everything about these groups in one answer. */
export function aggregated(groups: readonly Group[]): JsonObject {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: name === '' ? {} : { name },
      versions: versions.map(({ version, resources }) => ({
        version,
        resources: resources.map(aggregatedResource),
        freshness: 'Current',
      })),
    })),
  };
}

function aggregatedResource(resource: Resource): JsonObject {
  return {
    resource: resource.plural,
    responseKind: { group: '', version: '', kind: resource.kind },
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: resource.verbs.toSorted(),
    ...(resource.shortNames.length > 0 ? { shortNames: resource.shortNames } : {}),
    ...(resource.categories.length > 0 ? { categories: resource.categories } : {}),
    ...(resource.subresources.length > 0
      ? { subresources: byName(resource.subresources).map((each) => aggregatedSubresource(resource, each)) }
      : {}),
  };
}

function byName(subresources: readonly Subresource[]): readonly Subresource[] {
  return subresources.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function aggregatedSubresource(resource: Resource, { name, verbs, kind }: Subresource): JsonObject {
  return {
    subresource: name,
    responseKind: {
      group: kind?.group ?? '',
      version: kind && kind.group !== '' ? kind.version : '',
      kind: kind?.kind ?? resource.kind,
    },
    verbs: verbs.toSorted(),
  };
}

/** `APIVersions` of `/api`. */
export function coreVersions(serverAddress: string): JsonObject {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
  };
}

function groupBody({ name, versions }: Group): JsonObject {
  const listed = versions.map(({ version }) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: listed, preferredVersion: listed[0] ?? {} };
}

export function groupList(groups: readonly Group[]): JsonObject {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupBody) };
}

export function oneGroup(group: Group): JsonObject {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupBody(group) };
}

export function resourceList(group: string, version: string, resources: readonly Resource[]): JsonObject {
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: apiVersionOf({ group, version }),
    resources: resources.flatMap((resource) => [
      listedResource(resource),
      ...byName(resource.subresources).map((each) => listedSubresource(resource, each)),
    ]),
  };
}

function listedResource(resource: Resource): JsonObject {
  const stored = resource.verbs.includes('watch');
  return {
    name: resource.plural,
    singularName: resource.singular,
    namespaced: resource.namespaced,
    kind: resource.kind,
    verbs: resource.verbs.toSorted(),
    ...(resource.shortNames.length > 0 ? { shortNames: resource.shortNames } : {}),
    ...(resource.categories.length > 0 ? { categories: resource.categories } : {}),
    ...(stored ? { storageVersionHash: storageVersionHash(resource) } : {}),
  };
}

/** The first eight bytes of a hash of group, version and kind, as the real server makes it. */
function storageVersionHash({ group, version, kind }: Resource): string {
  // Events are stored in the core group wherever they are shown.
  const stored = group === 'events.k8s.io' ? '' : group;
  return createHash('sha256').update(`${stored}/${version}/${kind}`).digest().subarray(0, 8).toString('base64');
}

function listedSubresource(resource: Resource, { name, verbs, kind }: Subresource): JsonObject {
  const foreign = kind !== undefined && kind.group !== resource.group && kind.group !== '';
  return {
    name: `${resource.plural}/${name}`,
    singularName: '',
    namespaced: resource.namespaced,
    ...(foreign ? { group: kind.group, version: kind.version } : {}),
    kind: kind?.kind ?? resource.kind,
    verbs: verbs.toSorted(),
  };
}
