import { at, listOf, objectOf, textOf } from '../json.ts';
import type { FieldError, Kind, KubeObject } from '../kind.ts';
import { namespaceSchema } from '../schema/core.ts';
import { invalidEach, invalidValue } from '../validation/field-error.ts';
import { dnsLabelName, wrongQualifiedName } from '../validation/names.ts';
import { strategyOf, withField } from './strategy.ts';

const nameLabel = 'kubernetes.io/metadata.name';

export const namespaceStrategy = strategyOf({
  schema: namespaceSchema,
  namespaced: false,
  name: dnsLabelName,
  status: true,
  defaults: labelled,
  prepareCreate: (namespace) => withField(withFinalizer(namespace), 'status', { phase: 'Active' }),
  prepareUpdate: (namespace, old) => withField(namespace, 'spec', old['spec']),
  validate: (namespace) =>
    finalizersOf(namespace).flatMap((each) => invalidEach('spec.finalizers', each, wrongQualifiedName(each))),
  validateStatus: wrongPhase,
});

const immortal = ['default', 'kube-system', 'kube-public'];

/** A namespace stays, Terminating, until what is in it is gone and `spec.finalizers` is empty. */
export const namespaceDeletion: Pick<Kind, 'holdsContent' | 'undeletable' | 'whenDeleting'> = {
  holdsContent: (namespace) => finalizersOf(namespace).length > 0,
  undeletable: (namespace) =>
    immortal.includes(textOf(namespace.metadata['name'])) ? 'this namespace may not be deleted' : undefined,
  whenDeleting: (namespace) =>
    withField(namespace, 'status', { ...objectOf(namespace['status']), phase: 'Terminating' }),
};

function labelled(namespace: KubeObject): KubeObject {
  const name = textOf(namespace.metadata['name']);
  if (name === '') return namespace;
  const labels = { ...objectOf(namespace.metadata['labels']), [nameLabel]: name };
  return { ...namespace, metadata: { ...namespace.metadata, labels } };
}

function finalizersOf(namespace: KubeObject): readonly string[] {
  return listOf(at(namespace, 'spec', 'finalizers')).map(textOf);
}

function withFinalizer(namespace: KubeObject): KubeObject {
  const given = finalizersOf(namespace);
  const finalizers = given.includes('kubernetes') ? given : [...given, 'kubernetes'];
  return withField(namespace, 'spec', { finalizers });
}

function wrongPhase(namespace: KubeObject): readonly FieldError[] {
  const phase = textOf(at(namespace, 'status', 'phase'));
  const [wanted, detail] =
    namespace.metadata['deletionTimestamp'] === undefined
      ? ['Active', "may only be 'Active' if `deletionTimestamp` is empty"]
      : ['Terminating', "may only be 'Terminating' if `deletionTimestamp` is not empty"];
  return phase === wanted ? [] : [invalidValue('status.Phase', phase, detail)];
}
