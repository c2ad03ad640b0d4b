import type { Call } from '../cluster.ts';
import type { FieldError } from '../kind.ts';
import { invalid } from '../status.ts';
import { parseFlag } from './list-options.ts';

const optionsOf = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
} as const;

const longestManager = 128;
const validations = ['', 'Ignore', 'Strict', 'Warn'];

/**
 * Checks the query of a write: fieldManager, dryRun, fieldValidation, and force, which is for an apply only.
 * @throws {ApiError} 422 of CreateOptions, UpdateOptions or PatchOptions.
 */
export function checkWriteOptions(call: Call, verb: keyof typeof optionsOf, isApply = false): void {
  const { query } = call;
  const manager = query.get('fieldManager') ?? '';
  const validation = query.get('fieldValidation') ?? '';
  const errors = [
    ...(isApply && manager === '' ? [required('fieldManager', 'is required for apply patch')] : []),
    ...(!isApply && verb === 'patch' && parseFlag(query.get('force')) !== undefined
      ? [wrong('FieldValueForbidden', 'force', 'Forbidden: may not be specified for non-apply patch')]
      : []),
    ...wrongManager(manager),
    ...wrongDryRun(query.getAll('dryRun')),
    ...(validations.includes(validation)
      ? []
      : [unsupported('fieldValidation', JSON.stringify(validation), validations)]),
  ];
  const kind = optionsOf[verb];
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', version: 'v1', kind, plural: '' }, '', errors);
}

export function wrongDryRun(values: readonly string[]): readonly FieldError[] {
  const known = values.every((value) => value === 'All');
  return known ? [] : [unsupported('dryRun', `[${values.map((value) => `"${value}"`).join(',')}]`, ['All'])];
}

function wrongManager(manager: string): readonly FieldError[] {
  const tooLong =
    new TextEncoder().encode(manager).length > longestManager
      ? [wrong('FieldValueTooLong', 'fieldManager', `Too long: may not be more than ${longestManager} bytes`)]
      : [];
  const printable = /^[\P{C} ]*$/u.test(manager);
  const shown = JSON.stringify(manager);
  return printable
    ? tooLong
    : [
        ...tooLong,
        wrong('FieldValueInvalid', 'fieldManager', `Invalid value: ${shown}: should only contain printable characters`),
      ];
}

function wrong(reason: FieldError['reason'], field: string, message: string): FieldError {
  return { reason, message, field };
}

function required(field: string, why: string): FieldError {
  return wrong('FieldValueRequired', field, `Required value: ${why}`);
}

function unsupported(field: string, shown: string, supported: readonly string[]): FieldError {
  const values = supported.map((value) => `"${value}"`).join(', ');
  return wrong('FieldValueNotSupported', field, `Unsupported value: ${shown}: supported values: ${values}`);
}
