import { nearest } from './nearest.ts';

/** Something wrong in a manifest, and where: `spec.ports[0].port`. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly path: string;
  readonly message: string;
}

export const error = (path: string, message: string): Finding => ({ severity: 'error', path, message });
export const warning = (path: string, message: string): Finding => ({ severity: 'warning', path, message });

/** Why a value cannot be what it stands for; undefined when it can. */
export type Check = (value: unknown) => string | undefined;
export type Checks = Readonly<Record<string, Check>>;

export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const anything: Check = () => undefined;
export const text: Check = (value) => (typeof value === 'string' ? undefined : 'must be text; put it in quotes');
export const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');
export const texts: Check = (value) =>
  Array.isArray(value) && value.every((each) => typeof each === 'string') ? undefined : 'must be a list of texts';
export const textMap: Check = (value) =>
  isObject(value) && Object.values(value).every((each) => typeof each === 'string')
    ? undefined
    : 'must map names to texts; put numbers and true or false in quotes';
export const whole =
  (low: number, high: number): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= low && (value as number) <= high
      ? undefined
      : `must be a whole number from ${low} to ${high}`;
export const oneOf =
  (...choices: readonly string[]): Check =>
  (value) => {
    if (typeof value === 'string' && choices.includes(value)) return undefined;
    const near = typeof value === 'string' ? nearest(value, choices) : undefined;
    return `must be one of ${choices.join(', ')}${near === undefined ? '' : `; did you mean ${near}?`}`;
  };
export const matching =
  (pattern: RegExp, longest: number, message: string): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value) && value.length <= longest ? undefined : message;

/**
 * What is wrong with the fields of an object: those that are not known, with what was probably meant, and those whose
 * check fails. Null is as good as missing. `home` tells where a field belongs that is known elsewhere.
 */
export const fieldsIn = (
  object: Json,
  path: string,
  known: Checks,
  home: (field: string) => string | undefined,
): readonly Finding[] =>
  Object.entries(object).flatMap(([field, value]) => {
    const place = path === '' ? field : `${path}.${field}`;
    const check = Object.hasOwn(known, field) ? known[field] : undefined;
    if (check === undefined) {
      const near = nearest(field, Object.keys(known));
      const where = home(field);
      const elsewhere = where === undefined ? 'remove it' : `it belongs in ${where}`;
      const hint = near === undefined ? elsewhere : `did you mean ${near}?`;
      return [error(place, `is no field of a Service; ${hint}`)];
    }
    const wrong = value === null ? undefined : check(value);
    return wrong === undefined ? [] : [error(place, wrong)];
  });
