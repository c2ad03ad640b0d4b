import { bool, int32, int64, list, object, pointer, shape, struct, text, texts } from './build.ts';
import { listMeta } from './meta.ts';

/** What every group takes and answers besides its own kinds. */

const pkg = 'io.k8s.apimachinery.pkg.apis.meta.v1';

const preconditions = shape(`${pkg}.Preconditions`, 'What must hold before a deletion.', {
  uid: text('The UID that is meant.', { pointer: true, goType: 'types.UID' }),
  resourceVersion: text('The version that is meant.', pointer),
});

export const deleteOptionsSchema = shape(`${pkg}.DeleteOptions`, 'How an object is deleted.', {
  kind: text('Name of the REST resource this object represents, in CamelCase.'),
  apiVersion: text('Version of the schema of this object, as group/version.'),
  gracePeriodSeconds: int64('Seconds before the object goes; 0 is at once.', pointer),
  preconditions: object(preconditions, 'What must hold.'),
  orphanDependents: bool('Whether what the object owns is left alone. Use propagationPolicy instead.', pointer),
  propagationPolicy: text('Orphan, Background or Foreground.', pointer),
  dryRun: texts('All: nothing is kept.', { listType: 'atomic' }),
  ignoreStoreReadErrorWithClusterBreakingPotential: bool('Whether an object that cannot be read goes too.', pointer),
});

const cause = shape(`${pkg}.StatusCause`, 'One reason of a refusal.', {
  reason: text('The reason as one word.'),
  message: text('The reason for people.'),
  field: text('The field that is meant.'),
});

const details = shape(`${pkg}.StatusDetails`, 'What a status is about.', {
  name: text('Name of the object.'),
  group: text('API group of the object.'),
  kind: text('Kind or plural of the object.'),
  uid: text('UID of the object.', { goType: 'types.UID' }),
  causes: list(cause, 'All reasons.', { listType: 'atomic' }),
  retryAfterSeconds: int32('Seconds before it is worth trying again.'),
});

export const statusSchema = shape(`${pkg}.Status`, 'What a request came to when it is answered by no object.', {
  kind: text('Name of the REST resource this object represents, in CamelCase.'),
  apiVersion: text('Version of the schema of this object, as group/version.'),
  metadata: struct(listMeta, 'Metadata of a list.'),
  status: text('Success or Failure.'),
  message: text('What happened, for people.'),
  reason: text('Why, as one word.'),
  details: object(details, 'What it is about.', { listType: 'atomic' }),
  code: int32('HTTP status.'),
});
