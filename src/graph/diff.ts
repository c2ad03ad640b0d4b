/** One field that differs, named by its key in the spec. */
export interface Change {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** Top-level fields in which two specs differ, sorted by name. A missing field and an undefined one are the same. */
export function differences(want: object, have: object): Change[] {
  const wanted = want as Readonly<Record<string, unknown>>;
  const held = have as Readonly<Record<string, unknown>>;
  return [...new Set([...Object.keys(wanted), ...Object.keys(held)])]
    .toSorted()
    .filter((field) => !equal(wanted[field], held[field]))
    .map((field) => ({ field, from: held[field], to: wanted[field] }));
}

/** Deep equality of JSON values; the order of keys does not matter, that of arrays does. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => equal(item, b[index]))
    );
  }
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  return (
    Object.keys(left).every((key) => equal(left[key], right[key])) &&
    Object.keys(right).every((key) => key in left || right[key] === undefined)
  );
}
