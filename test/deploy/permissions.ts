import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly Rule[];
}

/** One verb on one resource. */
export interface Permission {
  readonly resource: string;
  readonly verb: string;
}

/** What is shipped in deploy/base for the controller's rights. */
export const manifests: readonly Manifest[] = ['namespace.yaml', 'rbac.yaml'].flatMap((file) =>
  parseAllDocuments(readFileSync(join(import.meta.dirname, '../../deploy/base', file), 'utf8')).map(
    (document) => document.toJS() as Manifest,
  ),
);

/** All that the shipped roles allow, one by one. */
export const permissions: readonly Permission[] = manifests.flatMap(({ rules = [] }) =>
  rules.flatMap(({ resources, verbs }) => resources.flatMap((resource) => verbs.map((verb) => ({ resource, verb })))),
);

/** The manifests without one permission. */
export function without(taken: Permission | undefined): readonly Manifest[] {
  return manifests.map((manifest) =>
    manifest.rules ? { ...manifest, rules: manifest.rules.flatMap((rule) => reduced(rule, taken)) } : manifest,
  );
}

function reduced(rule: Rule, taken: Permission | undefined): readonly Rule[] {
  if (!taken || !rule.resources.includes(taken.resource) || !rule.verbs.includes(taken.verb)) return [rule];
  const others = rule.resources.filter((resource) => resource !== taken.resource);
  const verbs = rule.verbs.filter((verb) => verb !== taken.verb);
  return [
    ...(others.length > 0 ? [{ ...rule, resources: others }] : []),
    ...(verbs.length > 0 ? [{ ...rule, resources: [taken.resource], verbs }] : []),
  ];
}
