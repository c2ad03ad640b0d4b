import { PorticoError } from '../errors.ts';

/**
 * Reads the fields of an object of Kubernetes one by one. Null is as good as missing, as it is there; a value of another
 * type throws `invalid`. Taken for a missing one it could turn a load balancer into a Service that wants none.
 */
export type Fields = Readonly<Record<string, unknown>>;

type Test<T> = (value: unknown) => value is T;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);
const isObjects = (value: unknown): value is readonly Fields[] => Array.isArray(value) && value.every(isFields);
const isTextMap = (value: unknown): value is Readonly<Record<string, string>> => {
  if (!isFields(value)) return false;
  for (const key in value) if (!isText(value[key])) return false;
  return true;
};

const reader =
  <T>(test: Test<T>, what: string) =>
  (object: Fields, field: string): T | undefined => {
    const value = object[field] ?? undefined;
    if (value === undefined || test(value)) return value;
    throw new PorticoError(
      'invalid',
      `The field ${field} is ${JSON.stringify(value).slice(0, 80)}, which is not ${what}.`,
    );
  };

export const textIn = reader(isText, 'text');
export const numberIn = reader(isNumber, 'a number');
export const objectIn = reader(isFields, 'an object');
export const textsIn = reader(isTexts, 'a list of texts');
export const objectsIn = reader(isObjects, 'a list of objects');
export const textMapIn = reader(isTextMap, 'a map of texts');

/** The object itself, before any of its fields is read. */
export const fieldsOf = (object: unknown): Fields => objectIn({ object }, 'object') ?? {};
