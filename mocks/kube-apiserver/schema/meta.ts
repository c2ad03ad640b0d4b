import {
  bool,
  int64,
  keyed,
  list,
  mergedSet,
  pointer,
  required,
  shape,
  text,
  textMap,
  texts,
  time,
  any,
} from './build.ts';

const pkg = 'io.k8s.apimachinery.pkg.apis.meta.v1';

export const ownerReference = shape(
  `${pkg}.OwnerReference`,
  'Names an object that owns this one, in the same namespace or cluster-scoped.',
  {
    apiVersion: text('API version of the owner.', required),
    kind: text('Kind of the owner.', required),
    name: text('Name of the owner.', { required: true, keepEmpty: true }),
    uid: text('UID of the owner.', { required: true, keepEmpty: true, goType: 'types.UID' }),
    controller: bool('Whether this owner is the managing controller.', pointer),
    blockOwnerDeletion: bool('Whether foreground deletion of the owner waits for this object.', pointer),
  },
  'atomic',
);

export const managedFieldsEntry = shape(`${pkg}.ManagedFieldsEntry`, 'Fields that one manager owns.', {
  manager: text('Who manages the fields.'),
  operation: text('How the fields came to be owned: Apply or Update.', { goType: 'v1.ManagedFieldsOperationType' }),
  apiVersion: text('Version of the object the fields belong to.'),
  time: time('When the set of fields last changed.', pointer),
  fieldsType: text('Format of the fields: FieldsV1.'),
  fieldsV1: any('The owned fields as a trie.'),
  subresource: text('Subresource through which the fields were written; empty for the object itself.'),
});

export const objectMeta = shape(`${pkg}.ObjectMeta`, 'Metadata that all persisted objects have.', {
  name: text('Name, unique within the namespace; cannot be changed.'),
  generateName: text('Prefix from which the server makes a unique name when no name is given.'),
  namespace: text('Namespace within which the name is unique; cannot be changed.'),
  selfLink: text('Legacy field that is no longer filled in.'),
  uid: text('Unique value in time and space, set by the server.', { goType: 'types.UID' }),
  resourceVersion: text('Opaque version of the object, for optimistic locking and watches.'),
  generation: int64('Sequence number of the desired state, set by the server.'),
  creationTimestamp: time('When the server made the object.'),
  deletionTimestamp: time('When the object is going to be deleted; set by the server on a graceful delete.', pointer),
  deletionGracePeriodSeconds: int64('Seconds allowed for a graceful end.', pointer),
  labels: textMap('Keys and values by which objects are organised and selected.'),
  annotations: textMap('Unstructured keys and values for tools.'),
  ownerReferences: list(ownerReference, 'Objects this one depends on.', keyed('uid')),
  finalizers: texts('Must be empty before the object is removed from the store.', mergedSet),
  managedFields: list(managedFieldsEntry, 'Which fields are managed by which workflow; kept by the server.', {
    listType: 'atomic',
    // An empty list asks the server to forget all ownership, so it must survive decoding.
    pointer: true,
  }),
});

export const condition = shape(`${pkg}.Condition`, 'One aspect of the current state of the object.', {
  type: text('Type of the condition, in CamelCase.', { required: true, keepEmpty: true }),
  status: text('True, False or Unknown.', { required: true, keepEmpty: true, goType: 'v1.ConditionStatus' }),
  observedGeneration: int64('Generation of the object the condition was set upon.'),
  lastTransitionTime: time('When the condition last changed from one status to another.', {
    required: true,
    keepEmpty: true,
  }),
  reason: text('Identifier of the reason of the last transition.', { required: true, keepEmpty: true }),
  message: text('Details of the transition for people.', { required: true, keepEmpty: true }),
});

export const labelSelectorRequirement = shape(`${pkg}.LabelSelectorRequirement`, 'A key, values and how they relate.', {
  key: text('Label key.', { required: true, keepEmpty: true }),
  operator: text('In, NotIn, Exists or DoesNotExist.', {
    required: true,
    keepEmpty: true,
    goType: 'v1.LabelSelectorOperator',
  }),
  values: texts('Values for In and NotIn.', { listType: 'atomic' }),
});

export const labelSelector = shape(
  `${pkg}.LabelSelector`,
  'A label query; its requirements are ANDed. Empty matches all, absent none.',
  {
    matchLabels: textMap('Keys with the value each must have.'),
    matchExpressions: list(labelSelectorRequirement, 'Requirements on labels.', { listType: 'atomic' }),
  },
  'atomic',
);

export const listMeta = shape(`${pkg}.ListMeta`, 'Metadata of a list.', {
  selfLink: text('Legacy field that is no longer filled in.'),
  resourceVersion: text('Version of the collection.'),
  continue: text('Token for the next page.'),
  remainingItemCount: int64('How many items are left after this page.', pointer),
});
