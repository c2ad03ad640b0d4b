import type { JsonObject } from '../json.ts';
import type { Kind } from '../kind.ts';
import { openEnvelope } from '../protobuf/envelope.ts';
import { readMessage } from '../protobuf/read.ts';
import { Malformed } from '../protobuf/wire.ts';
import type { ObjectSchema } from '../schema/schema.ts';
import { deleteOptionsSchema } from '../schema/status.ts';
import { notRegistered, saidKind, type TypeMeta } from './type-meta.ts';

/** The expected kind, as far as its bodies are read. */
type Expected = Pick<Kind, 'kind' | 'group' | 'version' | 'schema'>;

/** A protobuf body as JSON, of the kind that it says or, where it does not, of the expected one. */
export function readProtobuf(
  body: Uint8Array,
  expected: Expected,
  kinds: readonly Expected[],
): { readonly object: JsonObject } | { readonly error: string } {
  try {
    const { apiVersion, kind, message } = openEnvelope(body);
    const given = saidKind(apiVersion, kind, expected);
    if ('error' in given) return given;
    const schema = schemaOf(given, expected, kinds);
    if (!schema) return { error: notRegistered(given) };
    const said = { kind: given.kind, ...(apiVersion === '' ? {} : { apiVersion }) };
    return { object: { ...said, ...readMessage(message, schema) } };
  } catch (error) {
    if (error instanceof Malformed) return { error: error.message };
    throw error;
  }
}

function schemaOf(given: TypeMeta, expected: Expected, kinds: readonly Expected[]): ObjectSchema | undefined {
  if (given.kind === 'DeleteOptions') return deleteOptionsSchema;
  const own = [expected, ...kinds].filter(({ kind, group }) => kind === given.kind && group === given.group);
  return own[0]?.schema;
}
