import { isArray, isObject, type Json, type JsonObject, sameJson } from '../json.ts';
import type { ObjectSchema } from '../schema/schema.ts';
import { emptySet, type FieldSet, leaf, union } from './field-set.ts';
import { type Child, type ChildField, childrenOf, isEmptyObject, stepOf } from './structure.ts';

export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** What changed from one object to another, by path. Containers count as added or removed with their content. */
export function compare(before: JsonObject, after: JsonObject, schema: ObjectSchema): Comparison {
  return compareValues({ value: before, field: { schema } }, { value: after, field: { schema } });
}

const nothing: Comparison = { added: emptySet, modified: emptySet, removed: emptySet };

function compareValues(before: Child | undefined, after: Child | undefined): Comparison {
  if (before?.value === after?.value) return nothing;
  const old = before ? childrenOf(before.value, before.field) : new Map<string, Child>();
  const now = after ? childrenOf(after.value, after.field) : new Map<string, Child>();
  const self = { member: true, children: new Map<string, FieldSet>() };
  if (old === 'leaf' || now === 'leaf') {
    if (!before) return { ...nothing, added: leaf };
    if (!after) return { ...nothing, removed: leaf };
    return sameJson(before.value, after.value) ? nothing : { ...nothing, modified: leaf };
  }
  const steps = [...new Set([...old.keys(), ...now.keys()])];
  const parts = steps.map((step) => [step, compareValues(old.get(step), now.get(step))] as const);
  const gather = (pick: (part: Comparison) => FieldSet, member: boolean): FieldSet => ({
    member,
    children: new Map(
      parts.flatMap(([step, part]) => {
        const set = pick(part);
        return set.member || set.children.size > 0 ? [[step, set] as const] : [];
      }),
    ),
  });
  return {
    added: before
      ? gather((part) => part.added, false)
      : union(
          self,
          gather((part) => part.added, true),
        ),
    modified: gather((part) => part.modified, false),
    removed: gather((part) => part.removed, !after),
  };
}

/** The paths that a configuration states: leaves, items of lists, and objects that it leaves empty. */
export function statedFields(value: JsonObject, schema: ObjectSchema): FieldSet {
  return stated({ value, field: { schema } }, false);
}

function stated({ value, field }: Child, item: boolean): FieldSet {
  if (value === null) return leaf;
  const children = childrenOf(value, field);
  if (children === 'leaf' || isEmptyObject(value)) return leaf;
  const isItem = (step: string): boolean => !step.startsWith('f:');
  return {
    member: item,
    children: new Map(
      [...children]
        .map(([step, child]) => [step, stated(child, isItem(step))] as const)
        .filter(([, set]) => set.member || set.children.size > 0),
    ),
  };
}

/** The live object with a configuration laid over it: what is stated wins, keyed lists and maps are merged. */
export function overlay(live: JsonObject, config: JsonObject, schema: ObjectSchema): JsonObject {
  const merged = lay(live, config, { schema });
  return isObject(merged) ? merged : live;
}

function lay(live: Json | undefined, config: Json, field: ChildField | undefined): Json {
  if (live === undefined || live === null || config === null) return config;
  const children = childrenOf(config, field);
  if (children === 'leaf' || childrenOf(live, field) === 'leaf') return config;
  if (isObject(live) && isObject(config)) {
    const result: Record<string, Json> = { ...live };
    for (const [step, child] of children) {
      const key = step.slice(2);
      result[key] = lay(result[key], child.value, child.field);
    }
    return result;
  }
  return isArray(live) && isArray(config) && field ? layList(live, config, field) : config;
}

/** Shared items in the configuration's order; items of one side alone keep their place in front of what followed. */
function layList(live: readonly Json[], config: readonly Json[], field: ChildField): readonly Json[] {
  const items = field.schema.type === 'list' ? { schema: field.schema.items } : undefined;
  const wanted = new Map(config.map((item) => [stepOf(item, field), item]));
  const current = new Map(live.map((item) => [stepOf(item, field), item]));
  const result: Json[] = [];
  let next = 0;
  const takeLiveOnly = (): void => {
    for (let item = live[next]; item !== undefined && !wanted.has(stepOf(item, field)); item = live[next]) {
      result.push(item);
      next += 1;
    }
  };
  for (const [step, item] of wanted) {
    takeLiveOnly();
    const before = current.get(step);
    result.push(before === undefined ? item : lay(before, item, items));
    if (before !== undefined) next += 1;
  }
  return [...result, ...live.slice(next).filter((item) => !wanted.has(stepOf(item, field)))];
}

/** The object without the members of the set, each with all below it. */
export function withoutFields(value: JsonObject, set: FieldSet, schema: ObjectSchema): JsonObject {
  const rest = remove(value, set, { schema });
  return isObject(rest) ? rest : {};
}

function remove(value: Json, set: FieldSet, field: ChildField | undefined): Json {
  const children = childrenOf(value, field);
  if (children === 'leaf') return value;
  const kept = [...children].flatMap(([step, child]) => {
    const below = set.children.get(step);
    if (!below) return [[step, child.value] as const];
    return below.member ? [] : [[step, remove(child.value, below, child.field)] as const];
  });
  if (isArray(value)) return kept.map(([, item]) => item);
  return Object.fromEntries(kept.map(([step, child]) => [step.slice(2), child]));
}
