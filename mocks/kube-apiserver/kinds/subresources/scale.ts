import { trackUpdate } from '../../apply/track.ts';
import { find, type Call } from '../../cluster.ts';
import { decodeBody } from '../../decode/body.ts';
import { at, type JsonObject, objectOf } from '../../json.ts';
import type { KubeObject, Subresource, Verb } from '../../kind.ts';
import { nameOf, timestamp, withMetadata } from '../../metadata.ts';
import { patchObject, type PatchType } from '../../patch/patch-object.ts';
import type { Outcome } from '../../rest/outcome.ts';
import { fieldManager } from '../../rest/request-context.ts';
import { replace } from '../../rest/update.ts';
import { selectorText } from '../../select/selector-text.ts';
import { scaleSchema } from '../../schema/subresources.ts';
import { ApiError, badRequest, invalid, notFound } from '../../status.ts';
import { invalidValue } from '../../validation/field-error.ts';
import { withSpec } from '../strategy.ts';
import { foreignBody } from './foreign-body.ts';

const name = { group: 'autoscaling', version: 'v1', kind: 'Scale', plural: 'scales' } as const;

/** `deployments/scale` and `replicasets/scale`: the number of pods alone, as `kubectl scale` writes it. */
export const scale: Subresource = {
  name: 'scale',
  verbs: ['get', 'patch', 'update'],
  kind: name,
  handle: scaleRequest,
};

function scaleRequest(call: Call, verb: Verb): Outcome {
  const live = find(call);
  if (!live) throw notFound(call.kind, call.name);
  if (verb === 'get') return { type: 'plain', status: 200, body: scaleOf(live) };
  const request = foreignBody(call, name, scaleSchema);
  const { object: wanted } =
    verb === 'update' ? decodeBody(request) : patchObject(request, patchTypeOf(call), scaleOf(live));
  if (nameOf(wanted) !== call.name) {
    throw badRequest(`the name of the object (${nameOf(wanted)}) does not match the name on the URL (${call.name})`);
  }
  const replicas = Number(at(wanted, 'spec', 'replicas') ?? 0);
  if (replicas < 0) {
    throw invalid(name, call.name, [invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0')]);
  }
  const { resourceVersion } = wanted.metadata;
  const next = withMetadata(withSpec(live, { replicas }), { resourceVersion });
  const outcome = replace(call, live, next, [], (object) =>
    trackUpdate({
      kind: call.kind,
      object,
      live,
      manager: fieldManager(call),
      subresource: 'scale',
      now: timestamp(call.cluster.clock.now()),
    }),
  );
  if (outcome.type !== 'object') return outcome;
  return { type: 'plain', status: outcome.status, body: scaleOf(outcome.object) };
}

function patchTypeOf(call: Call): PatchType {
  const type = (call.header('content-type') ?? '').split(';', 1).join('').trim();
  switch (type) {
    case 'application/json-patch+json':
    case 'application/merge-patch+json':
    case 'application/strategic-merge-patch+json':
      return type;
    default:
      throw new ApiError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
  }
}

function scaleOf(object: KubeObject): KubeObject {
  const { name: own, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const metadata = Object.fromEntries(
    Object.entries({ name: own, namespace, uid, resourceVersion, creationTimestamp }).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value] as const],
    ),
  );
  const replicas = Number(at(object, 'spec', 'replicas') ?? 0);
  const spec: JsonObject = replicas === 0 ? {} : { replicas };
  return {
    kind: name.kind,
    apiVersion: `${name.group}/${name.version}`,
    metadata,
    spec,
    status: {
      replicas: at(object, 'status', 'replicas') ?? 0,
      selector: selectorText(objectOf(at(object, 'spec', 'selector'))),
    },
  };
}
