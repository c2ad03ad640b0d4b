import type { Body } from './calls.ts';

/**
 * Reads fields of the API's answers one by one. Answers are never spread into requests or compared whole: the official
 * client adds marker keys (`_name`), turns 64-bit numbers into strings and fills in empty lists and maps.
 */

export const isBody = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A string that is not empty, or null. */
export function text(body: Body, field: string): string | null {
  const value = body[field];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A number, also one written as a string, or null. */
export function number(body: Body, field: string): number | null {
  const value = body[field];
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value !== '' && Number.isFinite(Number(value)) ? Number(value) : null;
}

export const flag = (body: Body, field: string): boolean => body[field] === true;

/** The strings of a list; none when it is missing. */
export function texts(body: Body, field: string): readonly string[] {
  const value = body[field];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** The objects of a list; none when it is missing. */
export function list(body: Body, field: string): readonly Body[] {
  const value = body[field];
  return Array.isArray(value) ? value.filter(isBody) : [];
}

/** An object; an empty one when it is missing. */
export function record(body: Body, field: string): Body {
  const value = body[field];
  return isBody(value) ? value : {};
}

/** A map of strings; an empty one when it is missing. */
export function textMap(body: Body, field: string): Readonly<Record<string, string>> {
  const entries = Object.entries(record(body, field));
  return Object.fromEntries(
    entries
      .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}
