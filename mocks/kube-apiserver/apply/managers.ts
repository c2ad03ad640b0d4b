import { isObject, type Json, type JsonObject, listOf, textOf } from '../json.ts';
import { byteOrder } from '../schema/canonical.ts';
import { difference, type FieldSet, fromFieldsV1, isEmptySet, toFieldsV1, union } from './field-set.ts';

/** One entry of managedFields: who owns which fields, by which operation. */
export interface Manager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

const maxUpdaters = 10;
const ancient = 'ancient-changes';

export function sameManager(a: Manager, b: Omit<Manager, 'fields' | 'time'>): boolean {
  return (
    a.name === b.name && a.operation === b.operation && a.apiVersion === b.apiVersion && a.subresource === b.subresource
  );
}

export function managersOf(managedFields: Json | undefined): readonly Manager[] {
  return listOf(managedFields)
    .filter(isObject)
    .filter((entry) => Object.keys(entry).length > 0)
    .map((entry) => ({
      name: textOf(entry['manager']),
      operation: entry['operation'] === 'Apply' ? 'Apply' : 'Update',
      apiVersion: textOf(entry['apiVersion']),
      subresource: textOf(entry['subresource']),
      time: typeof entry['time'] === 'string' ? entry['time'] : undefined,
      fields: fromFieldsV1(entry['fieldsV1']),
    }));
}

/** As managedFields; undefined when nobody owns anything. Applied ones first, then by age. */
export function managedFieldsOf(managers: readonly Manager[]): readonly JsonObject[] | undefined {
  const owning = managers.filter(({ fields }) => !isEmptySet(fields));
  if (owning.length === 0) return undefined;
  return owning
    .toSorted(
      (a, b) =>
        byteOrder(a.operation, b.operation) ||
        byteOrder(a.time ?? '', b.time ?? '') ||
        byteOrder(a.name, b.name) ||
        byteOrder(a.apiVersion, b.apiVersion) ||
        byteOrder(a.subresource, b.subresource),
    )
    .map(({ name, operation, apiVersion, time, fields, subresource }) => ({
      manager: name,
      operation,
      apiVersion,
      ...(time === undefined ? {} : { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: toFieldsV1(fields),
      ...(subresource === '' ? {} : { subresource }),
    }));
}

/** Not more than ten updaters are told apart: the oldest become one. */
export function capped(managers: readonly Manager[]): readonly Manager[] {
  const updaters = managers
    .filter(({ operation }) => operation === 'Update')
    .toSorted((a, b) => byteOrder(a.time ?? '', b.time ?? '') || byteOrder(a.name, b.name));
  const excess = updaters.length - maxUpdaters;
  if (excess <= 0) return managers;
  const old = updaters.slice(0, excess + 1);
  const merged = new Map<string, Manager>();
  for (const each of old) {
    const before = merged.get(each.apiVersion);
    const fields = before ? union(before.fields, each.fields) : each.fields;
    merged.set(each.apiVersion, { ...each, name: ancient, subresource: '', fields });
  }
  return [...managers.filter((each) => !old.includes(each)), ...merged.values()];
}

export function disowned(managers: readonly Manager[], fields: FieldSet): readonly Manager[] {
  return managers.map((each) => ({ ...each, fields: difference(each.fields, fields) }));
}
