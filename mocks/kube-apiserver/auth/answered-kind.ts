import { trackUpdate } from '../apply/track.ts';
import type { Call } from '../cluster.ts';
import { decodeBody } from '../decode/body.ts';
import { strategyOf } from '../kinds/strategy.ts';
import type { Kind, KubeObject } from '../kind.ts';
import { timestamp } from '../metadata.ts';
import type { Outcome } from '../rest/outcome.ts';
import { fieldManager } from '../rest/request-context.ts';
import { checkWriteOptions } from '../rest/write-options.ts';
import { roleTable } from '../table/rbac.ts';
import { pathSegmentName } from '../validation/names.ts';

export interface AnsweredKind extends Pick<Kind, 'group' | 'kind' | 'schema' | 'respond'> {
  readonly defaults?: (object: KubeObject) => KubeObject;
  readonly namespaced?: true;
}

/** A kind of which nothing is stored: what is posted is answered. */
export function answeredKind({ group, kind, schema, respond, namespaced, defaults }: AnsweredKind): Kind {
  const singular = kind.toLowerCase();
  return {
    group,
    version: 'v1',
    kind,
    plural: `${singular}s`,
    singular,
    namespaced: namespaced ?? false,
    verbs: ['create'],
    shortNames: [],
    categories: [],
    subresources: [],
    schema,
    strategy: strategyOf({
      schema,
      namespaced: namespaced ?? false,
      name: pathSegmentName,
      ...(defaults ? { defaults } : {}),
    }),
    selectableFields: {},
    table: roleTable,
    deleteAnswer: 'status',
    createsOnPut: false,
    unconditionalUpdate: true,
    ...(respond ? { respond } : {}),
  };
}

export interface Posted {
  /** Decoded, with its fields marked as its sender's, as of any other object. */
  readonly object: KubeObject;
  readonly warnings: readonly string[];
}

export function posted(call: Call): Posted {
  checkWriteOptions(call, 'create');
  const { object, warnings } = decodeBody(call);
  const tracked = trackUpdate({
    kind: call.kind,
    object: call.kind.strategy.defaults(object),
    live: undefined,
    manager: fieldManager(call),
    subresource: call.subresource,
    now: timestamp(call.cluster.clock.now()),
  });
  return { object: tracked, warnings };
}

export function answered(object: KubeObject, warnings: readonly string[]): Outcome {
  return { type: 'object', status: 201, object, warnings };
}
