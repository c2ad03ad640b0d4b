import { find, isDryRun, save, type Call } from '../../cluster.ts';
import { decodeBody } from '../../decode/body.ts';
import { at, isObject, type JsonObject, listOf, objectOf, textOf } from '../../json.ts';
import type { KubeObject, Subresource } from '../../kind.ts';
import { isTerminating, nameOf, timestamp, uidOf, withMetadata } from '../../metadata.ts';
import type { Outcome } from '../../rest/outcome.ts';
import { admitPodToNode } from '../../rest/pod-admission.ts';
import { bindingSchema } from '../../schema/subresources.ts';
import { badRequest, conflict, invalid, notFound } from '../../status.ts';
import { required, unsupported } from '../../validation/field-error.ts';
import { canonicalKube, withSpec } from '../strategy.ts';
import { done, foreignBody } from './foreign-body.ts';

const name = { group: '', version: 'v1', kind: 'Binding', plural: 'bindings' } as const;

/** `pods/binding`: puts a pod on a node, once. */
export const podBinding: Subresource = { name: 'binding', verbs: ['create'], kind: name, handle: bind };

function bind(call: Call): Outcome {
  const { object: binding } = decodeBody(foreignBody(call, name, bindingSchema));
  if (nameOf(binding) !== call.name) throw badRequest('name in URL does not match name in Binding object');
  const target = objectOf(binding['target']);
  const [kind, node] = [textOf(target['kind']), textOf(target['name'])];
  const errors = [
    ...(kind === '' || kind === 'Node' ? [] : [unsupported('target.kind', kind, ['Node', '<empty>'])]),
    ...(node === '' ? [required('target.name')] : []),
  ];
  if (errors.length > 0) throw invalid(name, call.name, errors);
  const pod = find(call);
  if (!pod) throw notFound(call.kind, call.name);
  const why = unbindable(pod, uidOf(binding));
  if (why !== undefined) throw conflict({ ...call.kind, plural: 'pods/binding' }, call.name, why);
  const bound = admitPodToNode(call, withSpec(pod, { nodeName: node }));
  const annotations = { ...objectOf(pod.metadata['annotations']), ...objectOf(binding.metadata['annotations']) };
  const now = timestamp(call.cluster.clock.now());
  const next = withCondition(Object.keys(annotations).length === 0 ? bound : withMetadata(bound, { annotations }), {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: now,
  });
  if (!isDryRun(call.query)) save(call.cluster, call.kind, canonicalKube(next, call.kind.schema));
  return done();
}

function unbindable(pod: KubeObject, uid: string): string | undefined {
  const pods = nameOf(pod);
  if (uid !== '' && uid !== uidOf(pod)) {
    return `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${uidOf(pod)}`;
  }
  if (isTerminating(pod)) return `pod ${pods} is being deleted, cannot be assigned to a host`;
  const node = textOf(at(pod, 'spec', 'nodeName'));
  if (node !== '') return `pod ${pods} is already assigned to node "${node}"`;
  return listOf(at(pod, 'spec', 'schedulingGates')).length > 0
    ? `pod ${pods} has non-empty .spec.schedulingGates`
    : undefined;
}

/** The object with a condition of its status set. */
export function withCondition(object: KubeObject, condition: JsonObject): KubeObject {
  const status = objectOf(object['status']);
  const before = listOf(status['conditions']).filter(isObject);
  const others = before.filter((each) => each['type'] !== condition['type']);
  return { ...object, status: { ...status, conditions: [...others, condition] } };
}
