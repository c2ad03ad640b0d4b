import { nodeOf } from '../decode/json-node.ts';
import { withKind } from '../decode/body.ts';
import { decodeTyped, TypeMismatch } from '../decode/typed.ts';
import { apiVersionOf } from '../api-version.ts';
import { type JsonObject, objectOf, sameJson, textOf } from '../json.ts';
import type { Kind, KubeObject } from '../kind.ts';
import { ApiError, badRequest } from '../status.ts';
import { misfits } from './check.ts';
import {
  difference,
  type FieldSet,
  intersection,
  isEmptySet,
  emptySet,
  pathsOf,
  pathText,
  union,
  withNamedFields,
} from './field-set.ts';
import { kubectl, lastAppliedFields, withLastApplied } from './last-applied.ts';
import { capped, type Manager, managersOf, sameManager } from './managers.ts';
import { bare, emptyOf, ownable, withManagers } from './track.ts';
import { compare, overlay, statedFields, withoutFields } from './typed-value.ts';

export interface Application {
  readonly kind: Kind;
  readonly live: KubeObject | undefined;
  /** The configuration as it was sent. */
  readonly applied: JsonObject;
  readonly manager: string;
  readonly force: boolean;
  readonly subresource: string;
  /** RFC 3339 in whole seconds. */
  readonly now: string;
}

/**
 * Server-side apply: lays the configuration over the live object, takes away what this manager stated before and
 * nobody states now, and hands over ownership.
 * @throws {ApiError} 409 when another manager owns a field that would change and `force` is off; 500 (as the real one)
 *   when the configuration does not fit the schema.
 */
export function serverSideApply(application: Application): KubeObject {
  const { kind, live, applied, manager, force, subresource, now } = application;
  check(kind, applied);
  const was = bare(live ?? emptyOf(kind), kind);
  const config = withoutManaged(applied);
  const self = { name: manager, operation: 'Apply', apiVersion: apiVersionOf(kind), subresource } as const;
  const known = live ? firstOwners(managersOf(live.metadata['managedFields']), was, kind, now) : [];
  const last = known.find((each) => sameManager(each, self));
  const stated = statedFields(config, kind.schema);
  const fields = ownable(stated, kind, subresource);
  const others = known.filter((each) => each !== last);
  const laid = overlay(was, config, kind.schema);
  const merged = prune(laid, last?.fields, [...others.map((each) => each.fields), stated], kind);
  const typed = typedResult(kind, merged);
  const { added, modified, removed } = compare(was, bare(typed, kind), kind.schema);
  const changed = ownable(union(added, modified), kind, subresource);
  const allowed = manager === kubectl ? lastAppliedFields(live, kind) : emptySet;
  const contested = others
    .map((each) => ({ owner: each, fields: difference(intersection(each.fields, changed), allowed) }))
    .filter((each) => !isEmptySet(each.fields));
  if (contested.length > 0 && !force) throw conflictOf(contested);
  const lost = union(changed, ownable(removed, kind, subresource));
  const kept = others.map((each) => ({ ...each, fields: difference(each.fields, lost) }));
  const same = sameJson(was, bare(typed, kind));
  // As in the real server, an apply that changes nothing sets no time, so a new manager has none.
  const mine: Manager = { ...self, time: same ? last?.time : now, fields };
  const owned = withManagers(typed, capped([...kept, mine]));
  return manager === kubectl ? withLastApplied(owned, applied) : owned;
}

function check(kind: Kind, applied: JsonObject): void {
  const metadata = objectOf(applied['metadata']);
  if (metadata['managedFields'] !== undefined && metadata['managedFields'] !== null) {
    throw badRequest('metadata.managedFields must be nil');
  }
  const errors = misfits(applied, { schema: kind.schema });
  if (errors.length === 0) return;
  const name = `${textOf(metadata['namespace'])}/${textOf(metadata['name'])}`;
  const list = errors.length === 1 ? errors[0] : `errors:\n${errors.map((each) => `  ${each}`).join('\n')}`;
  const type = `${kind.group}/${kind.version}, Kind=${kind.kind}`;
  throw new ApiError(500, '', `failed to create typed patch object (${name}; ${type}): ${list}`);
}

function withoutManaged(applied: JsonObject): JsonObject {
  const { managedFields: _managedFields, ...metadata } = objectOf(applied['metadata']);
  return { ...applied, metadata };
}

/** What stood in an object that nobody was tracked for belongs to a manager of that name. */
function firstOwners(managers: readonly Manager[], was: JsonObject, kind: Kind, now: string): readonly Manager[] {
  if (managers.length > 0) return managers;
  const { added, modified } = compare(emptyOf(kind), was, kind.schema);
  const fields = ownable(union(added, modified), kind, '');
  const apiVersion = apiVersionOf(kind);
  return [{ name: 'before-first-apply', operation: 'Update', apiVersion, subresource: '', time: now, fields }];
}

/** Removes what the manager stated last time, and with it what nobody owns any more below it. */
function prune(merged: JsonObject, last: FieldSet | undefined, owned: readonly FieldSet[], kind: Kind): JsonObject {
  if (!last) return merged;
  const { schema } = kind;
  const all = withNamedFields(statedFields(merged, schema));
  const given = withNamedFields(last);
  const present = (value: JsonObject): FieldSet => withNamedFields(statedFields(value, schema));
  const bereft = withoutFields(merged, given, schema);
  const wanted = withNamedFields(owned.reduce(union, emptySet));
  const owning = withoutFields(merged, difference(difference(all, present(bereft)), wanted), schema);
  return withoutFields(merged, intersection(difference(all, present(owning)), given), schema);
}

function typedResult(kind: Kind, value: JsonObject): KubeObject {
  try {
    return withKind(decodeTyped(nodeOf(value), kind.schema, 'converter').value, kind);
  } catch (error) {
    throw error instanceof TypeMismatch ? new ApiError(500, '', error.message) : error;
  }
}

interface Contest {
  readonly owner: Manager;
  readonly fields: FieldSet;
}

function conflictOf(contests: readonly Contest[]): ApiError {
  const causes = contests.flatMap(({ owner, fields }) =>
    pathsOf(fields).map((path) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${ownerText(owner)}`,
      field: pathText(path),
    })),
  );
  const [only] = causes;
  const list = contests
    .toSorted((a, b) => (ownerText(a.owner) < ownerText(b.owner) ? -1 : 1))
    .flatMap(({ owner, fields }) => [
      `conflicts with ${ownerText(owner)}:`,
      ...pathsOf(fields).map((path) => `- ${pathText(path)}`),
    ]);
  const message =
    only && causes.length === 1
      ? `Apply failed with 1 conflict: ${only.message}: ${only.field}`
      : `Apply failed with ${causes.length} conflicts: ${list.join('\n')}`;
  return new ApiError(409, 'Conflict', message, { causes });
}

function ownerText({ name, operation, apiVersion, subresource }: Manager): string {
  const via = subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`;
  return `${JSON.stringify(name)}${via}${operation === 'Update' ? ` using ${apiVersion}` : ''}`;
}
