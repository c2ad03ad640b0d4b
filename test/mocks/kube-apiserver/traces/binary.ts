import { openEnvelope } from '../../../../mocks/kube-apiserver/protobuf/envelope.ts';
import { readMessage } from '../../../../mocks/kube-apiserver/protobuf/read.ts';
import { kinds } from '../../../../mocks/kube-apiserver/kinds/served.ts';

/** Bytes that the recorder kept, if they were few. */
export function recordedBytes(body: unknown): Uint8Array | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { $binary } = body as { readonly $binary?: { readonly base64?: string } };
  return $binary?.base64 === undefined ? undefined : Buffer.from($binary.base64, 'base64');
}

/** What a protobuf body says, so that it is compared as JSON is. */
export function saidIn(bytes: Uint8Array): unknown {
  const { apiVersion, kind, message } = openEnvelope(bytes);
  const schema = kinds.find((each) => each.kind === kind)?.schema;
  return { apiVersion, kind, ...(schema ? readMessage(message, schema) : { message }) };
}
