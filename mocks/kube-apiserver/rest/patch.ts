import { serverSideApply } from '../apply/apply.ts';
import { trackUpdate } from '../apply/track.ts';
import { find, type Call } from '../cluster.ts';
import { decodeApply } from '../decode/apply.ts';
import type { KubeObject } from '../kind.ts';
import { timestamp } from '../metadata.ts';
import { patchObject, type PatchType } from '../patch/patch-object.ts';
import { ApiError, notFound } from '../status.ts';
import { createObject } from './create.ts';
import { parseFlag } from './list-options.ts';
import type { Outcome } from './outcome.ts';
import { fieldManager } from './request-context.ts';
import { atItsPath, replace } from './update.ts';
import { checkWriteOptions } from './write-options.ts';

const mergeTypes: readonly PatchType[] = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
];

function isMergeType(type: string): type is PatchType {
  return mergeTypes.some((each) => each === type);
}

/** PATCH of an object or of its status. */
export function patch(call: Call): Outcome {
  const contentType = (call.header('content-type') ?? '').split(';')[0]?.trim() ?? '';
  if (contentType === 'application/apply-patch+yaml') return applyPatch(call);
  if (!isMergeType(contentType)) {
    throw new ApiError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
  }
  checkWriteOptions(call, 'patch');
  const live = find(call);
  if (!live) throw notFound(call.kind, call.name);
  const { object, warnings } = patchObject(call, contentType, live);
  return replace(call, live, atItsPath(call, object), warnings, (next) =>
    trackUpdate({
      kind: call.kind,
      object: next,
      live,
      manager: fieldManager(call),
      subresource: call.subresource,
      now: timestamp(call.cluster.clock.now()),
    }),
  );
}

function applyPatch(call: Call): Outcome {
  checkWriteOptions(call, 'patch', true);
  const { object: applied, warnings } = decodeApply(call);
  const manager = call.query.get('fieldManager') ?? '';
  const live = find(call);
  const merged = serverSideApply({
    kind: call.kind,
    live,
    applied,
    manager,
    force: parseFlag(call.query.get('force')) === true,
    subresource: call.subresource,
    now: timestamp(call.cluster.clock.now()),
  });
  const tracked = (next: KubeObject): KubeObject => next;
  const object = atItsPath(call, merged);
  return live ? replace(call, live, object, warnings, tracked) : createObject(call, object, warnings, tracked);
}
