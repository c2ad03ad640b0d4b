import { apiVersionOf } from '../api-version.ts';
import { isObject, type Json, type JsonObject, listOf, textOf } from '../json.ts';
import type { Kind } from '../kind.ts';
import { shape, struct } from '../schema/build.ts';
import { listMeta, objectMeta } from '../schema/meta.ts';
import type { ObjectSchema } from '../schema/schema.ts';
import { statusSchema } from '../schema/status.ts';
import { bindingSchema, evictionSchema, scaleSchema } from '../schema/subresources.ts';
import { tokenRequestSchema } from '../schema/tokens.ts';
import { closeEnvelope } from './envelope.ts';
import { writeBytes } from './wire.ts';
import { writeMessage } from './write.ts';

/** What a message is made of: how its kind names itself, and its fields. */
type Known = Pick<Kind, 'group' | 'version' | 'kind' | 'schema'>;

const partial = shape('io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadata', 'Metadata alone.', {
  metadata: struct(objectMeta, 'Standard metadata of the object.'),
});

/** The object, list, `Status` or metadata as protobuf in its envelope. A kind that has no protobuf gives undefined. */
export function protobufOf(body: JsonObject, kinds: readonly Known[]): Uint8Array | undefined {
  const [apiVersion, kind] = [textOf(body['apiVersion']), textOf(body['kind'])];
  const own = schemaOf(apiVersion, kind, kinds);
  if (own) return closeEnvelope({ apiVersion, kind, message: writeMessage(body, own) });
  const items = kind.endsWith('List') ? schemaOf(apiVersion, kind.slice(0, -'List'.length), kinds) : undefined;
  return items && closeEnvelope({ apiVersion, kind, message: listMessage(body, items) });
}

function listMessage(body: JsonObject, schema: ObjectSchema): Uint8Array {
  const { metadata } = body;
  return Buffer.concat([
    writeBytes(1, writeMessage(isObject(metadata) ? metadata : {}, listMeta)),
    ...listOf(body['items']).map((item: Json) => writeBytes(2, writeMessage(isObject(item) ? item : {}, schema))),
  ]);
}

function schemaOf(apiVersion: string, kind: string, kinds: readonly Known[]): ObjectSchema | undefined {
  if (kind === 'Status' && apiVersion === 'v1') return statusSchema;
  if (kind === 'PartialObjectMetadata') return partial;
  const known = [...kinds, ...subresourceBodies];
  return known.find((each) => each.kind === kind && apiVersionOf(each) === apiVersion)?.schema;
}

/** What subresources answer with, which no collection holds. */
const subresourceBodies: readonly Known[] = [
  { group: '', version: 'v1', kind: 'Binding', schema: bindingSchema },
  { group: 'policy', version: 'v1', kind: 'Eviction', schema: evictionSchema },
  { group: 'autoscaling', version: 'v1', kind: 'Scale', schema: scaleSchema },
  { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest', schema: tokenRequestSchema },
];

/**
 * One event of a watch as a frame: four bytes of length, then the event with the object in its own envelope.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
 */
export function eventFrame(type: string, object: Uint8Array): Uint8Array {
  const event = Buffer.concat([writeBytes(1, Buffer.from(type)), writeBytes(2, writeBytes(1, object))]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(event.length);
  return Buffer.concat([length, event]);
}
