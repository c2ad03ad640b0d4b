import { isObject, type Json, type JsonObject, listOf, objectOf, sameJson, textOf } from '../json.ts';
import type { FieldError, KubeObject } from '../kind.ts';
import { forbidden, invalidEach, invalidValue, required, tooLong } from './field-error.ts';
import { byteLength, type NameRule, wrongDnsLabel, wrongLabelValue, wrongQualifiedName } from './names.ts';

const maxAnnotations = 262_144;
const standardFinalizers = ['kubernetes', 'orphan', 'foregroundDeletion'];

export interface MetadataRules {
  readonly namespaced: boolean;
  readonly name: NameRule;
}

/** Rules for the metadata of a new object; updates run them as well, for kinds that validate the whole object again. */
export function wrongMetadata(object: KubeObject, { namespaced, name: rule }: MetadataRules): readonly FieldError[] {
  const { metadata } = object;
  const name = textOf(metadata['name']);
  const generateName = textOf(metadata['generateName']);
  const namespace = textOf(metadata['namespace']);
  const generation = metadata['generation'];
  return [
    ...(generateName === '' ? [] : invalidEach('metadata.generateName', generateName, rule(generateName, true))),
    ...(name === ''
      ? [required('metadata.name', 'name or generateName is required')]
      : invalidEach('metadata.name', name, rule(name, false))),
    ...wrongNamespace(namespaced, namespace),
    ...(typeof generation === 'number' && generation < 0
      ? [invalidValue('metadata.generation', generation, 'must be greater than or equal to 0')]
      : []),
    ...wrongLabels('metadata.labels', objectOf(metadata['labels'])),
    ...wrongAnnotations(objectOf(metadata['annotations'])),
    ...wrongOwners(listOf(metadata['ownerReferences'])),
    ...wrongFinalizers(listOf(metadata['finalizers']).map(textOf)),
    ...wrongManagedFields(listOf(metadata['managedFields'])),
    ...wrongKubeFinalizers(listOf(metadata['finalizers']).map(textOf)),
  ];
}

function wrongNamespace(namespaced: boolean, namespace: string): readonly FieldError[] {
  if (!namespaced) return namespace === '' ? [] : [forbidden('metadata.namespace', 'not allowed on this type')];
  if (namespace === '') return [required('metadata.namespace')];
  return invalidEach('metadata.namespace', namespace, wrongDnsLabel(namespace));
}

export function wrongLabels(field: string, labels: JsonObject): readonly FieldError[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...invalidEach(field, key, wrongQualifiedName(key)),
    ...invalidEach(field, value, wrongLabelValue(textOf(value))),
  ]);
}

function wrongAnnotations(annotations: JsonObject): readonly FieldError[] {
  const entries = Object.entries(annotations);
  const bytes = entries.reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(textOf(value)), 0);
  return [
    ...entries.flatMap(([key]) => invalidEach('metadata.annotations', key, wrongQualifiedName(key.toLowerCase()))),
    ...(bytes > maxAnnotations ? [tooLong('metadata.annotations', maxAnnotations)] : []),
  ];
}

function wrongOwners(owners: readonly Json[]): readonly FieldError[] {
  const path = 'metadata.ownerReferences';
  const errors: FieldError[] = [];
  let controller = '';
  for (const owner of owners.filter(isObject)) {
    if (textOf(owner['apiVersion']) === '') {
      errors.push(invalidValue(`${path}.apiVersion`, textOf(owner['apiVersion']), 'version must not be empty'));
    }
    for (const key of ['kind', 'name', 'uid']) {
      if (textOf(owner[key]) === '') errors.push(invalidValue(`${path}.${key}`, '', 'must not be empty'));
    }
    if (owner['controller'] !== true) continue;
    const name = textOf(owner['name']);
    if (controller !== '') {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`;
      errors.push(invalidValue(path, [...owners], detail));
    }
    controller = name;
  }
  return errors;
}

function wrongFinalizers(finalizers: readonly string[]): readonly FieldError[] {
  const path = 'metadata.finalizers';
  return [
    ...finalizers.flatMap((each) => invalidEach(path, each, wrongQualifiedName(each))),
    ...(finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')
      ? [invalidValue(path, [...finalizers], 'finalizers orphan and foregroundDeletion cannot be both set')]
      : []),
  ];
}

/** A finalizer without a domain must be one of the few that Kubernetes knows. */
function wrongKubeFinalizers(finalizers: readonly string[]): readonly FieldError[] {
  return finalizers.flatMap((each, index) =>
    each.includes('/') || standardFinalizers.includes(each)
      ? []
      : [
          invalidValue(
            `metadata.finalizers[${index}]`,
            each,
            'name is neither a standard finalizer name nor is it fully qualified',
          ),
        ],
  );
}

function wrongManagedFields(entries: readonly Json[]): readonly FieldError[] {
  return entries.filter(isObject).flatMap((entry, index) => {
    const path = `metadata.managedFields[${index}]`;
    const operation = textOf(entry['operation']);
    const type = textOf(entry['fieldsType']);
    return [
      ...(operation === 'Apply' || operation === 'Update'
        ? []
        : [invalidValue(`${path}.operation`, operation, 'must be `Apply` or `Update`')]),
      ...(type === '' || type === 'FieldsV1' ? [] : [invalidValue(`${path}.fieldsType`, type, 'must be `FieldsV1`')]),
    ];
  });
}

const immutable = ['name', 'namespace', 'uid', 'creationTimestamp'] as const;
const ofDeletion = ['deletionGracePeriodSeconds', 'deletionTimestamp'] as const;

/** Rules for a change of metadata. The server runs them for every kind, and the kinds once more for themselves. */
export function wrongMetadataChange(object: KubeObject, old: KubeObject): readonly FieldError[] {
  const { metadata } = object;
  const generation = metadata['generation'];
  const before = old.metadata['generation'];
  const finalizers = listOf(metadata['finalizers']).map(textOf);
  const kept = listOf(old.metadata['finalizers']);
  const added = finalizers.filter((each) => !kept.includes(each)).toSorted();
  return [
    ...ofDeletion
      .filter((key) => metadata[key] !== undefined && !sameJson(metadata[key], old.metadata[key]))
      .map((key) =>
        invalidValue(`metadata.${key}`, metadata[key], 'field is immutable; may only be changed via deletion'),
      ),
    ...(old.metadata['deletionTimestamp'] !== undefined && added.length > 0 ? [noNewFinalizers(added)] : []),
    ...(typeof generation === 'number' && typeof before === 'number' && generation < before
      ? [invalidValue('metadata.generation', generation, 'must not be decremented')]
      : []),
    ...immutable
      .filter((key) => !sameJson(metadata[key], old.metadata[key]))
      .map((key) => invalidValue(`metadata.${key}`, metadata[key], 'field is immutable')),
    ...wrongLabels('metadata.labels', objectOf(metadata['labels'])),
    ...wrongAnnotations(objectOf(metadata['annotations'])),
    ...wrongOwners(listOf(metadata['ownerReferences'])),
    ...wrongManagedFields(listOf(metadata['managedFields'])),
  ];
}

function noNewFinalizers(added: readonly string[]): FieldError {
  const list = added.map((each) => JSON.stringify(each)).join(', ');
  return forbidden(
    'metadata.finalizers',
    `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
  );
}
