/** JSON as it comes from the wire and as resources are kept: never changed in place. */
export type Json = null | boolean | number | string | readonly Json[] | Document;
export interface Document {
  readonly [field: string]: Json | undefined;
}

export const isDocument = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** The field as text; undefined when absent or not text. */
export function text(document: Document, field: string): string | undefined {
  const value = document[field];
  return typeof value === 'string' ? value : undefined;
}

export function count(document: Document, field: string): number | undefined {
  const value = document[field];
  return typeof value === 'number' ? value : undefined;
}

export function part(document: Document, field: string): Document {
  const value = document[field];
  return isDocument(value) ? value : {};
}

export function texts(document: Document, field: string): readonly string[] {
  const value = document[field];
  return isList(value) ? value.filter((item) => typeof item === 'string') : [];
}

export function parts(document: Document, field: string): readonly Document[] {
  const value = document[field];
  return isList(value) ? value.filter(isDocument) : [];
}

/** Without fields that are undefined, null, or empty lists: the API never shows those. */
export function compact(document: Document): Document {
  const kept = Object.entries(document).filter(
    ([, value]) => value !== undefined && value !== null && !(isList(value) && value.length === 0),
  );
  return Object.fromEntries(kept);
}

export function omit(document: Document, fields: readonly string[]): Document {
  return Object.fromEntries(Object.entries(document).filter(([field]) => !fields.includes(field)));
}

/** Equal as JSON, whatever the order of keys. */
export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, at) => equal(item, b[at]));
  if (!isDocument(a) || !isDocument(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => equal(a[key], b[key]));
}
