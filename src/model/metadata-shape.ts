import {
  anything,
  type Check,
  type Checks,
  error,
  type Finding,
  isObject,
  type Json,
  matching,
  text,
  textMap,
  texts,
} from './shape.ts';

/**
 * A name of a Service or namespace, or of a port. Before Kubernetes 1.35 that of a Service must begin with a letter, too.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
 */
export const dnsLabel = matching(
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  63,
  'must be at most 63 lower-case letters, digits and dashes, and neither begin nor end with a dash',
);

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/ */
export const metadataFields: Checks = {
  annotations: textMap,
  creationTimestamp: anything,
  deletionGracePeriodSeconds: anything,
  deletionTimestamp: anything,
  finalizers: texts,
  generateName: text,
  generation: anything,
  labels: textMap,
  managedFields: anything,
  name: dnsLabel,
  namespace: dnsLabel,
  ownerReferences: anything,
  resourceVersion: text,
  selfLink: text,
  uid: text,
};

const nameOfKey = matching(
  /^[A-Za-z0-9]([-\w.]*[A-Za-z0-9])?$/,
  63,
  'is no key: after its prefix it must have at most 63 letters, digits, dashes, dots and underscores',
);
const prefixOfKey = matching(
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  253,
  'is no key: before its slash must be the name of a domain, in lower case',
);
const labelValue = matching(
  /^([A-Za-z0-9]([-\w.]*[A-Za-z0-9])?)?$/,
  63,
  'must be at most 63 letters, digits, dashes, dots and underscores',
);

/** Why an API server refuses the key. That of an annotation it reads in lower case. */
const key: Check = (given) => {
  const parts = String(given).split('/');
  if (parts.length > 2) return 'is no key: it has more than one slash';
  const prefix = parts.length === 2 ? prefixOfKey(parts[0]) : undefined;
  return prefix ?? nameOfKey(parts.at(-1));
};

/** What is wrong with the keys of annotations and labels, and the values of labels. */
export function keysIn({ annotations, labels }: Json): readonly Finding[] {
  const check = (map: unknown, field: string, wrong: (name: string, value: unknown) => string | undefined) =>
    Object.entries(isObject(map) ? map : {}).flatMap(([name, value]): readonly Finding[] => {
      const message = wrong(name, value);
      return message === undefined ? [] : [error(`metadata.${field}[${name}]`, message)];
    });
  return [
    ...check(annotations, 'annotations', (name) => key(name.toLowerCase())),
    ...check(
      labels,
      'labels',
      (name, value) => key(name) ?? (typeof value === 'string' ? labelValue(value) : undefined),
    ),
  ];
}
