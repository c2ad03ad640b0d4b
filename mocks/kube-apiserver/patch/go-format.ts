import { isArray, isObject, type Json } from '../json.ts';
import { byteOrder } from '../schema/canonical.ts';

/** A value as Go's `%v` prints it: `map[spec:map[nope:1]]`. */
export function goFormat(value: Json | undefined): string {
  if (value === undefined || value === null) return '<nil>';
  if (isArray(value)) return `[${value.map(goFormat).join(' ')}]`;
  if (isObject(value)) {
    const keys = Object.keys(value).toSorted(byteOrder);
    return `map[${keys.map((key) => `${key}:${goFormat(value[key])}`).join(' ')}]`;
  }
  return String(value);
}
