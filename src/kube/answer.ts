import { PorticoError } from '../errors.ts';

/**
 * Answers of the API server, which have to be what was asked for before anything is concluded from them. Who stands in
 * between (a proxy, a sign-in page, a server that is only coming up) may say 200 as well, and an empty object taken for
 * an empty collection would take down every balancer.
 */

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `what` was asked, as in `list /api/v1/services`. */
export const unusable = (what: string, why: string, cause?: unknown): PorticoError =>
  new PorticoError(
    'transient',
    `The API server's answer to ${what} cannot be used: ${why}. It is asked again; if this stays, look at what stands between Portico and the API server.`,
    { cause },
  );

/** The JSON object that the text is. */
export function objectIn(text: string, what: string): JsonObject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw unusable(what, 'it is not JSON', cause);
  }
  if (!isObject(parsed)) throw unusable(what, 'it is not a JSON object');
  return parsed;
}

/** The text that a field holds; undefined when it holds another thing or nothing. */
export const textAt = (object: JsonObject, field: string): string | undefined => {
  const value = object[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** Reduces an object that has an identity, and fields of the types that Kubernetes gives them. */
export function readObject<T>(object: unknown, read: (object: unknown) => T, what: string): T {
  const metadata = isObject(object) ? object['metadata'] : undefined;
  for (const field of ['name', 'uid', 'resourceVersion']) {
    if (!isObject(metadata) || !textAt(metadata, field)) throw unusable(what, `an object has no metadata.${field}`);
  }
  try {
    return read(object);
  } catch (cause) {
    throw unusable(what, cause instanceof Error ? cause.message.replace(/\.$/, '') : 'an object cannot be read', cause);
  }
}

export function checkKind(object: JsonObject, kind: string, what: string): void {
  const found = object['kind'];
  if (found !== kind)
    throw unusable(what, `it is ${typeof found === 'string' ? `a ${found}` : 'nothing'}, not a ${kind}`);
}
