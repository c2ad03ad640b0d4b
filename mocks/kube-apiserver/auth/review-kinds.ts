import type { Resource } from '../discovery/groups.ts';

function review(group: string, kind: string, namespaced: boolean): Resource {
  const singular = kind.toLowerCase();
  return {
    group,
    version: 'v1',
    kind,
    plural: `${singular}s`,
    singular,
    namespaced,
    verbs: ['create'],
    shortNames: [],
    categories: [],
    subresources: [],
  };
}

/** Kinds that are answered but not stored. */
export const reviewKinds: readonly Resource[] = [
  review('authentication.k8s.io', 'SelfSubjectReview', false),
  review('authentication.k8s.io', 'TokenReview', false),
  review('authorization.k8s.io', 'LocalSubjectAccessReview', true),
  review('authorization.k8s.io', 'SelfSubjectAccessReview', false),
  review('authorization.k8s.io', 'SelfSubjectRulesReview', false),
  review('authorization.k8s.io', 'SubjectAccessReview', false),
];
