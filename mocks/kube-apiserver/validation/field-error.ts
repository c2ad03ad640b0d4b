import { isArray, isObject, type Json } from '../json.ts';
import type { FieldError } from '../kind.ts';

/** Errors of fields in the words of the real server. A path is written out: `spec.ports[0].nodePort`. */

export function invalidValue(field: string, value: Json | undefined, detail: string): FieldError {
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${shown(value)}${tail(detail)}` };
}

export function required(field: string, detail = ''): FieldError {
  return { reason: 'FieldValueRequired', field, message: `Required value${tail(detail)}` };
}

export function forbidden(field: string, detail: string): FieldError {
  return { reason: 'FieldValueForbidden', field, message: `Forbidden${tail(detail)}` };
}

export function duplicate(field: string, value: Json | undefined, detail = ''): FieldError {
  return { reason: 'FieldValueDuplicate', field, message: `Duplicate value: ${shown(value)}${tail(detail)}` };
}

export function tooLong(field: string, bytes: number): FieldError {
  return { reason: 'FieldValueTooLong', field, message: `Too long: may not be more than ${bytes} bytes` };
}

export function tooMany(field: string, count: number, limit: number): FieldError {
  return { reason: 'FieldValueTooMany', field, message: `Too many: ${count}: must have at most ${limit} items` };
}

/** The values stand in the order given: most callers sort them, as the real server mostly does. */
export function unsupported(field: string, value: Json | undefined, supported: readonly string[]): FieldError {
  const list = supported.map((each) => JSON.stringify(each)).join(', ');
  return {
    reason: 'FieldValueNotSupported',
    field,
    message: `Unsupported value: ${shown(value)}: supported values: ${list}`,
  };
}

/** One error per message about the same value. */
export function invalidEach(field: string, value: Json | undefined, details: readonly string[]): readonly FieldError[] {
  return details.map((detail) => invalidValue(field, value, detail));
}

function tail(detail: string): string {
  return detail === '' ? '' : `: ${detail}`;
}

function shown(value: Json | undefined): string {
  return value === undefined || value === null || isArray(value) || isObject(value)
    ? JSON.stringify(value ?? null)
    : typeof value === 'string'
      ? JSON.stringify(value)
      : String(value);
}
