import { isObject, type Json, type JsonObject } from '../json.ts';
import { byteOrder } from '../schema/canonical.ts';

/**
 * A set of paths into an object, as the trie of FieldsV1: `f:` steps name fields, `k:` items of keyed lists, `v:` items
 * of sets. `member` says whether the path up to here is itself in the set.
 */
export interface FieldSet {
  readonly member: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;
}

export const emptySet: FieldSet = { member: false, children: new Map() };
export const leaf: FieldSet = { member: true, children: new Map() };

export function isEmptySet(set: FieldSet): boolean {
  return !set.member && set.children.size === 0;
}

function withoutEmpty(member: boolean, children: Iterable<readonly [string, FieldSet]>): FieldSet {
  return { member, children: new Map([...children].filter(([, child]) => !isEmptySet(child))) };
}

/** The paths of both: `a` itself where `b` adds none. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  let children: Map<string, FieldSet> | undefined;
  for (const [step, child] of b.children) {
    const other = a.children.get(step);
    const both = other ? union(other, child) : child;
    if (both === other) continue;
    children ??= new Map(a.children);
    children.set(step, both);
  }
  if (!children && (a.member || !b.member)) return a;
  return { member: a.member || b.member, children: children ?? a.children };
}

/** Paths of `a` that are not members of `b`: `a` itself where they share none. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  const children = [...a.children].map(([step, child]) => {
    const other = b.children.get(step);
    return [step, other ? difference(child, other) : child] as const;
  });
  const member = a.member && !b.member;
  const isSame = ([step, child]: readonly [string, FieldSet]): boolean => child === a.children.get(step);
  return member === a.member && children.every(isSame) ? a : withoutEmpty(member, children);
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return withoutEmpty(
    a.member && b.member,
    [...a.children].flatMap(([step, child]) => {
      const other = b.children.get(step);
      return other ? [[step, intersection(child, other)] as const] : [];
    }),
  );
}

/** Without the paths and all that lies below them. */
export function withoutSubtrees(set: FieldSet, roots: readonly (readonly string[])[]): FieldSet {
  let result = set;
  for (const root of roots) result = cut(result, root);
  return result;
}

function cut(set: FieldSet, [step, ...rest]: readonly string[]): FieldSet {
  const child = step === undefined ? undefined : set.children.get(step);
  if (step === undefined || !child) return set;
  const others = [...set.children].filter(([name]) => name !== step);
  return withoutEmpty(set.member, rest.length === 0 ? others : [...others, [step, cut(child, rest)]]);
}

/** With every field on the way to a member a member too; items of lists stay as they are. */
export function withNamedFields(set: FieldSet): FieldSet {
  const children = [...set.children].map(([step, child]) => {
    const named = withNamedFields(child);
    const member = named.member || (step.startsWith('f:') && named.children.size > 0);
    return [step, { ...named, member }] as const;
  });
  return { member: set.member, children: new Map(children) };
}

/** The members, each as the steps to it. */
export function pathsOf(set: FieldSet, here: readonly string[] = []): readonly (readonly string[])[] {
  const below = [...set.children]
    .toSorted(([a], [b]) => stepOrder(a, b))
    .flatMap(([step, child]) => pathsOf(child, [...here, step]));
  return set.member ? [here, ...below] : below;
}

/** Sets and what they are written as: most of an object's managers do not change with a write. */
const sets = new WeakMap<JsonObject, FieldSet>();
const writings = new WeakMap<FieldSet, JsonObject>();

export function fromFieldsV1(fields: Json | undefined): FieldSet {
  if (!isObject(fields)) return emptySet;
  const known = sets.get(fields);
  if (known) return known;
  const entries = Object.entries(fields);
  const children = entries.filter(([step]) => step !== '.').map(([step, child]) => [step, childSet(child)] as const);
  const set = { member: Object.hasOwn(fields, '.'), children: new Map(children) };
  sets.set(fields, set);
  return set;
}

function childSet(fields: Json): FieldSet {
  const set = fromFieldsV1(fields);
  return set.children.size === 0 ? leaf : set;
}

export function toFieldsV1(set: FieldSet): JsonObject {
  const known = writings.get(set);
  if (known) return known;
  const children = [...set.children].toSorted(([a], [b]) => stepOrder(a, b));
  const fields = Object.fromEntries([
    ...(set.member && children.length > 0 ? [['.', {}] as const] : []),
    ...children.map(([step, child]) => [step, toFieldsV1(child)] as const),
  ]);
  writings.set(set, fields);
  return fields;
}

const ranks = ['f', 'k', 'v', 'i'];

/** Fields by name, then keyed items by their keys, then values; numbers by size. */
export function stepOrder(a: string, b: string): number {
  const rank = ranks.indexOf(a.charAt(0)) - ranks.indexOf(b.charAt(0));
  if (rank !== 0) return rank;
  if (a.startsWith('f:')) return byteOrder(a, b);
  const x: unknown = JSON.parse(a.slice(2));
  const y: unknown = JSON.parse(b.slice(2));
  if (!isObject(x) || !isObject(y)) return valueOrder(x, y);
  for (const key of Object.keys(x)) {
    const order = valueOrder(x[key], y[key]);
    if (order !== 0) return order;
  }
  return 0;
}

function valueOrder(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return byteOrder(String(a), String(b));
}

/** A path as conflicts name it: `.spec.ports[port=80,protocol="TCP"].nodePort`. */
export function pathText(path: readonly string[]): string {
  return path.map(stepText).join('');
}

function stepText(step: string): string {
  const text = step.slice(2);
  if (step.startsWith('f:')) return `.${text}`;
  if (step.startsWith('v:')) return `[=${text}]`;
  const keys: unknown = JSON.parse(text);
  return isObject(keys)
    ? `[${Object.entries(keys)
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join(',')}]`
    : `[${text}]`;
}
