import { bool, pointer, shape, text } from './build.ts';

const pkg = 'io.k8s.api.core.v1';

export const objectReference = shape(
  `${pkg}.ObjectReference`,
  'Names another object.',
  {
    kind: text('Kind of the object.'),
    namespace: text('Namespace of the object.'),
    name: text('Name of the object.'),
    uid: text('UID of the object.', { goType: 'types.UID' }),
    apiVersion: text('API version of the object.'),
    resourceVersion: text('Version of the object that is meant, if a particular one.'),
    fieldPath: text('Part of the object that is meant, as a JSON path.'),
  },
  'atomic',
);

export const localObjectReference = shape(
  `${pkg}.LocalObjectReference`,
  'Names an object in the same namespace.',
  { name: text('Name of the object.', { default: '' }) },
  'atomic',
);

/** Reference to a key of a ConfigMap or Secret. */
export function keySelector(of: 'ConfigMap' | 'Secret') {
  return shape(
    `${pkg}.${of}KeySelector`,
    `A key of a ${of}.`,
    {
      name: text(`Name of the ${of}.`, { default: '' }),
      key: text('The key.', { required: true, keepEmpty: true }),
      optional: bool(`Whether the ${of} or the key may be missing.`, pointer),
    },
    'atomic',
  );
}
