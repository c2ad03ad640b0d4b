import { int32, object, pointer, shape, struct, text, topLevel, any, required } from './build.ts';
import { objectMeta } from './meta.ts';
import { objectReference } from './reference.ts';

/** Bodies of subresources that are of another kind than their object. */

export const bindingSchema = topLevel('io.k8s.api.core.v1.Binding', 'Ties one object to another.', objectMeta, {
  target: object(objectReference, 'The node to tie to.', required),
});

export const evictionSchema = topLevel('io.k8s.api.policy.v1.Eviction', 'Removes a pod from its node.', objectMeta, {
  deleteOptions: any('How to delete the pod.', pointer),
});

const scalePackage = 'io.k8s.api.autoscaling.v1';

export const scaleSchema = topLevel(`${scalePackage}.Scale`, 'A request for a number of pods.', objectMeta, {
  spec: struct(
    shape(`${scalePackage}.ScaleSpec`, 'What is wanted.', { replicas: int32('How many pods are wanted.') }),
    'What is wanted.',
  ),
  status: struct(
    shape(`${scalePackage}.ScaleStatus`, 'What there is.', {
      replicas: int32('How many pods there are.', { required: true, keepEmpty: true }),
      selector: text('Which pods are counted, as a query has it.'),
    }),
    'What there is.',
  ),
});
