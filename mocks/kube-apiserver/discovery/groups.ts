import type { Kind, KindName, Verb } from '../kind.ts';

/** A resource as discovery tells it. */
export interface Resource extends KindName {
  readonly singular: string;
  readonly namespaced: boolean;
  readonly verbs: readonly Verb[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: Kind['subresources'];
}

export interface Group {
  readonly name: string;
  readonly versions: readonly { readonly version: string; readonly resources: readonly Resource[] }[];
}

/** Order in which the real server lists its groups; unknown ones follow, by name. */
const groupOrder = [
  '',
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'resource.k8s.io',
  'flowcontrol.apiserver.k8s.io',
];

export function groupsOf(kinds: readonly Kind[]): readonly Group[] {
  const resources: readonly Resource[] = kinds;
  const names = [...new Set(resources.map(({ group }) => group))].toSorted(
    (a, b) => rank(a) - rank(b) || (a < b ? -1 : 1),
  );
  return names.map((name) => {
    const own = resources.filter(({ group }) => group === name);
    const versions = [...new Set(own.map(({ version }) => version))];
    return {
      name,
      versions: versions.map((version) => ({
        version,
        resources: own
          .filter((resource) => resource.version === version)
          .toSorted((a, b) => (a.plural < b.plural ? -1 : 1)),
      })),
    };
  });
}

function rank(name: string): number {
  const place = groupOrder.indexOf(name);
  return place < 0 ? groupOrder.length : place;
}
