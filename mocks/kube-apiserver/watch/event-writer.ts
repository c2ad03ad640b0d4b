import type { Call } from '../cluster.ts';
import { emptyObject } from '../decode/typed.ts';
import type { JsonObject } from '../json.ts';
import type { Kind, KubeObject } from '../kind.ts';
import { versionOf, withMetadata } from '../metadata.ts';
import type { Shape } from '../negotiate.ts';
import { eventFrame } from '../protobuf/body.ts';
import { jsonText, partial, protobuf, table } from '../render.ts';
import type { WatchEvent } from './watch.ts';

const encoder = new TextEncoder();

/** Writes a batch of watch events, as lines of JSON or frames of protobuf, in the shape that was asked for. */
export function createEventWriter(call: Call, shape: Shape): (events: readonly WatchEvent[]) => Uint8Array {
  let withColumns = true;
  const shown = (object: KubeObject): JsonObject => {
    if (shape.as === 'object') return object;
    if (shape.as !== 'Table') return partial(object, shape.metaVersion);
    const body = table(call, [object], { resourceVersion: versionOf(object) }, shape, withColumns);
    withColumns = false;
    return body;
  };
  const bodyOf = (event: WatchEvent): JsonObject => {
    if (event.type === 'ERROR') return event.status;
    return shown(event.type === 'BOOKMARK' ? bookmark(call.kind, event) : event.object);
  };
  if (shape.format === 'protobuf') {
    const { kinds } = call.cluster;
    return (events) => Buffer.concat(events.map((event) => eventFrame(event.type, protobuf(bodyOf(event), kinds))));
  }
  return (events) =>
    encoder.encode(events.map((event) => `{"type":"${event.type}","object":${jsonText(bodyOf(event))}}\n`).join(''));
}

function bookmark(kind: Kind, event: WatchEvent & { readonly type: 'BOOKMARK' }): KubeObject {
  return withMetadata(emptyObject(kind), {
    resourceVersion: event.resourceVersion,
    creationTimestamp: undefined,
    ...(event.initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
  });
}
