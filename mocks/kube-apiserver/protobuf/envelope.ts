import { Malformed, readFields, writeBytes } from './wire.ts';

/**
 * Kubernetes' protobuf: four magic bytes, then `runtime.Unknown` with the kind and the message itself.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
 */
export interface Envelope {
  /** Empty where the sender did not say. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly message: Uint8Array;
}

const magic = [0x6b, 0x38, 0x73, 0x00];
const utf8 = new TextDecoder();

/** @throws {Malformed} */
export function openEnvelope(bytes: Uint8Array): Envelope {
  if (!magic.every((byte, index) => bytes[index] === byte)) {
    throw new Malformed('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  }
  let [apiVersion, kind, message] = ['', '', new Uint8Array()];
  for (const field of readFields(bytes.subarray(magic.length))) {
    if (field.type !== 'bytes') continue;
    if (field.number === 2) message = Uint8Array.from(field.value);
    if (field.number !== 1) continue;
    for (const meta of readFields(field.value)) {
      if (meta.type !== 'bytes') continue;
      if (meta.number === 1) apiVersion = utf8.decode(meta.value);
      if (meta.number === 2) kind = utf8.decode(meta.value);
    }
  }
  return { apiVersion, kind, message };
}

export function closeEnvelope({ apiVersion, kind, message }: Envelope): Uint8Array {
  const meta = Buffer.concat([writeBytes(1, Buffer.from(apiVersion)), writeBytes(2, Buffer.from(kind))]);
  // Content encoding and content type, which stay empty.
  const rest = [writeBytes(3, new Uint8Array()), writeBytes(4, new Uint8Array())];
  return Buffer.concat([Uint8Array.from(magic), writeBytes(1, meta), writeBytes(2, message), ...rest]);
}
