import { find, generatedName, isDryRun, newUid, save, storedKind, type Call } from '../cluster.ts';
import { decodeBody } from '../decode/body.ts';
import { trackUpdate } from '../apply/track.ts';
import { textOf } from '../json.ts';
import type { KubeObject } from '../kind.ts';
import { nameOf, timestamp, withMetadata } from '../metadata.ts';
import { alreadyExists, ApiError, badRequest, invalid } from '../status.ts';
import { checkWriteOptions } from './write-options.ts';
import { admitToNamespace } from './namespace-admission.ts';
import type { Outcome } from './outcome.ts';
import { admitServiceAccount } from './service-account-admission.ts';
import { admitPodToNode } from './pod-admission.ts';
import { allocate, fieldManager, requestContext } from './request-context.ts';

/** POST to a collection. */
export function create(call: Call): Outcome {
  checkWriteOptions(call, 'create');
  const { object, warnings } = decodeBody(call);
  const version = textOf(object.metadata['resourceVersion']);
  if (version !== '' && version !== '0') {
    throw new ApiError(500, '', 'resourceVersion should not be set on objects to be created');
  }
  return createObject(call, object, warnings, (decoded) =>
    trackUpdate({
      kind: call.kind,
      object: decoded,
      live: undefined,
      manager: fieldManager(call),
      subresource: '',
      now: timestamp(call.cluster.clock.now()),
    }),
  );
}

/** What POST, a creating PUT and a creating apply share. `track` records who owns the fields. */
export function createObject(
  call: Call,
  decoded: KubeObject,
  warnings: readonly string[],
  track: (object: KubeObject) => KubeObject,
): Outcome {
  const { cluster, kind } = call;
  const { strategy } = kind;
  const context = requestContext(call);
  let object = inNamespace(call, decoded);
  object = named(call, object);
  admitToNamespace(call, object);
  object = track(strategy.defaults(object));
  object = admitServiceAccount(call, admitPodToNode(call, object));
  kind.authorizeWrite?.(call, object, undefined);
  object = withMetadata(object, {
    uid: newUid(cluster),
    resourceVersion: undefined,
    creationTimestamp: context.now,
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
    selfLink: undefined,
  });
  object = strategy.prepareCreate(object, context);
  // Allocation comes before validation, as in the real server: what is allocated is validated too. What a PUT of the
  // status creates gets nothing: https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/registry/core/service/storage/storage.go
  if (call.subresource === '') object = allocate(call, object, undefined);
  const errors = strategy.validateCreate(object);
  if (errors.length > 0) throw invalid(storedKind(kind), nameOf(object), errors);
  const existing = find({ ...call, name: nameOf(object) });
  if (existing) throw existsError(call, existing);
  const stored = isDryRun(call.query) ? object : save(cluster, kind, object);
  return {
    type: 'object',
    status: 201,
    object: stored,
    warnings: [...warnings, ...(strategy.warnings?.(object, undefined) ?? [])],
  };
}

function existsError(call: Call, existing: KubeObject): ApiError {
  const name = nameOf(existing);
  if (existing.metadata['deletionTimestamp'] === undefined) return alreadyExists(call.kind, name);
  const error = alreadyExists(call.kind, name);
  return new ApiError(409, 'AlreadyExists', `object is being deleted: ${error.message}`, error.details);
}

function inNamespace(call: Call, object: KubeObject): KubeObject {
  if (!call.kind.namespaced) return withMetadata(object, { namespace: undefined });
  const given = textOf(object.metadata['namespace']);
  if (given !== '' && given !== call.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return withMetadata(object, { namespace: call.namespace });
}

function named(call: Call, object: KubeObject): KubeObject {
  if (nameOf(object) !== '') return object;
  const base = textOf(object.metadata['generateName']);
  if (base === '') return object;
  return withMetadata(object, { name: generatedName(call.cluster, base) });
}
