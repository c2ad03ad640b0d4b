import { type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { type Message, messages } from './protobuf-messages.ts';
import type { TypeMeta } from './type-meta.ts';

/**
 * Kubernetes' protobuf: four magic bytes, then `runtime.Unknown` with the kind and the message itself.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
 */
export function readProtobuf(
  body: Uint8Array,
  expected: TypeMeta,
): { readonly object: JsonObject } | { readonly error: string } {
  const magic = [0x6b, 0x38, 0x73, 0x00];
  if (!magic.every((byte, index) => body[index] === byte)) {
    return { error: 'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]' };
  }
  try {
    return { object: readUnknown(body.subarray(magic.length), expected) };
  } catch (error) {
    if (error instanceof Malformed) return { error: error.message };
    throw error;
  }
}

class Malformed extends Error {
  override readonly name = 'Malformed';
}

type Wire =
  | { readonly field: number; readonly type: 'varint'; readonly value: number }
  | { readonly field: number; readonly type: 'bytes'; readonly value: Uint8Array };

const utf8 = new TextDecoder();

function readUnknown(bytes: Uint8Array, expected: TypeMeta): JsonObject {
  let apiVersion = '';
  let kind: string = expected.kind;
  let raw: Uint8Array = new Uint8Array();
  for (const part of wires(bytes)) {
    if (part.type !== 'bytes') continue;
    if (part.field === 2) raw = part.value;
    if (part.field !== 1) continue;
    for (const meta of wires(part.value)) {
      if (meta.type !== 'bytes') continue;
      if (meta.field === 1) apiVersion = utf8.decode(meta.value);
      if (meta.field === 2) kind = utf8.decode(meta.value);
    }
  }
  const message = messages[kind];
  if (!message) throw new Malformed(`protobuf bodies of kind "${kind}" are not read by this server: send JSON`);
  return { kind, ...(apiVersion === '' ? {} : { apiVersion }), ...readMessage(raw, message) };
}

function readMessage(bytes: Uint8Array, message: Message): JsonObject {
  const result: Record<string, Json> = {};
  for (const part of wires(bytes)) {
    const [name, declared] = message[part.field] ?? [];
    if (name === undefined || declared === undefined) continue;
    const before = result[name];
    if (declared === 'map' || declared === 'bytes-map') {
      result[name] = { ...objectOf(before), ...mapEntry(part, declared) };
    } else if (declared.endsWith('*')) {
      result[name] = [...listOf(before), readValue(part, declared.slice(0, -1))];
    } else {
      result[name] = readValue(part, declared);
    }
  }
  return result;
}

function mapEntry(part: Wire, type: 'map' | 'bytes-map'): JsonObject {
  const entry = readMessage(bytesOf(part), { 1: ['key', 'string'], 2: ['value', type === 'map' ? 'string' : 'bytes'] });
  return { [textOf(entry['key'])]: entry['value'] ?? '' };
}

function readValue(part: Wire, type: string): Json {
  switch (type) {
    case 'string':
      return utf8.decode(bytesOf(part));
    case 'bytes':
      return Buffer.from(bytesOf(part)).toString('base64');
    case 'int':
      return varintOf(part);
    case 'bool':
      return varintOf(part) !== 0;
    case 'Time':
      return readTime(bytesOf(part));
    case 'IntOrString': {
      const value = readMessage(bytesOf(part), { 1: ['type', 'int'], 2: ['int', 'int'], 3: ['text', 'string'] });
      return value['type'] === 1 ? (value['text'] ?? '') : (value['int'] ?? 0);
    }
    default: {
      const message = messages[type];
      if (!message) throw new Malformed(`proto: unknown message ${type}`);
      return readMessage(bytesOf(part), message);
    }
  }
}

/** An absent time is written as the year 1; it stays absent. */
function readTime(bytes: Uint8Array): Json {
  const { seconds } = readMessage(bytes, { 1: ['seconds', 'int'] });
  if (typeof seconds !== 'number' || seconds <= 0) return null;
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

function bytesOf(part: Wire): Uint8Array {
  if (part.type === 'bytes') return part.value;
  throw new Malformed('proto: wrong wireType = 0');
}

function varintOf(part: Wire): number {
  if (part.type === 'varint') return part.value;
  throw new Malformed('proto: wrong wireType = 2');
}

function* wires(bytes: Uint8Array): Generator<Wire> {
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at];
      if (byte === undefined || shift > 63n) throw new Malformed('unexpected EOF');
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return Number(BigInt.asIntN(64, value));
    }
  };
  const take = (length: number): Uint8Array => {
    if (length < 0 || at + length > bytes.length) throw new Malformed('unexpected EOF');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = tag >>> 3;
    switch (tag & 7) {
      case 0:
        yield { field, type: 'varint', value: varint() };
        break;
      case 1:
        take(8);
        break;
      case 2:
        yield { field, type: 'bytes', value: take(varint()) };
        break;
      case 5:
        take(4);
        break;
      default:
        throw new Malformed(`proto: illegal wireType ${tag & 7}`);
    }
  }
}
