import { at, type Json } from '../../kube-apiserver/json.ts';
import type { KubeObject } from '../../kube-apiserver/kind.ts';
import { numberOf } from '../replica-set.ts';
import { byAge, sizesOf } from './revision.ts';

/** How many replicas a ReplicaSet is to have. */
export interface Scaling {
  readonly set: KubeObject;
  readonly replicas: number;
}

export const replicasOf = (object: KubeObject | undefined): number => numberOf(at(object, 'spec', 'replicas'));
export const availableOf = (set: KubeObject | undefined): number => numberOf(at(set, 'status', 'availableReplicas'));
export const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

/** Pods that may be too many, and too few, while pods are replaced. */
export function leeway(deployment: KubeObject): { readonly surge: number; readonly unavailable: number } {
  const replicas = replicasOf(deployment);
  if (at(deployment, 'spec', 'strategy', 'type') !== 'RollingUpdate') return { surge: 0, unavailable: 0 };
  const rolling = at(deployment, 'spec', 'strategy', 'rollingUpdate');
  const surge = resolved(at(rolling, 'maxSurge'), replicas, Math.ceil);
  const unavailable = resolved(at(rolling, 'maxUnavailable'), replicas, Math.floor);
  // With neither, nothing could ever be replaced.
  return { surge, unavailable: Math.min(replicas, surge === 0 && unavailable === 0 ? 1 : unavailable) };
}

function resolved(value: Json | undefined, of: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? round((Number.parseInt(value, 10) * of) / 100) : 0;
}

/** The size of the ReplicaSet for the wanted template, next. */
export function nextNewSize(deployment: KubeObject, sets: readonly KubeObject[], present: number): number {
  const wanted = replicasOf(deployment);
  if (at(deployment, 'spec', 'strategy', 'type') !== 'RollingUpdate' || present > wanted) return wanted;
  const room = wanted + leeway(deployment).surge - sum(sets.map(replicasOf));
  return room <= 0 ? present : present + Math.min(room, wanted - present);
}

/**
 * What old ReplicaSets give up next: first the pods that do not serve, then as many as there are above the least number
 * that must serve.
 */
export function nextOldSizes(
  deployment: KubeObject,
  newSet: KubeObject,
  old: readonly KubeObject[],
): readonly Scaling[] {
  const least = replicasOf(deployment) - leeway(deployment).unavailable;
  const sizes = new Map(byAge(old).map((set) => [set, replicasOf(set)]));
  const all = sum([...sizes.values()]) + replicasOf(newSet);
  let spare = all - least - (replicasOf(newSet) - availableOf(newSet));
  if (spare <= 0) return [];
  for (const [set, size] of sizes) {
    const broken = Math.max(0, Math.min(spare, size - availableOf(set)));
    sizes.set(set, size - broken);
    spare -= broken;
  }
  let surplus = availableOf(newSet) + sum(old.map(availableOf)) - least;
  for (const [set, size] of sizes) {
    const given = Math.max(0, Math.min(surplus, size));
    sizes.set(set, size - given);
    surplus -= given;
  }
  return changesOnly(sizes);
}

/** After a change of `replicas` in the middle of a rollout: each ReplicaSet grows or shrinks by its share. */
export function proportional(deployment: KubeObject, sets: readonly KubeObject[]): readonly Scaling[] {
  const wanted = replicasOf(deployment);
  const most = wanted > 0 ? wanted + leeway(deployment).surge : 0;
  const toAdd = most - sum(sets.map(replicasOf));
  const ordered = byAge(sets).toSorted((a, b) => replicasOf(b) - replicasOf(a));
  // Of equal sizes the newer grow first and the older shrink first.
  const ranked =
    toAdd > 0
      ? byAge(sets)
          .toReversed()
          .toSorted((a, b) => replicasOf(b) - replicasOf(a))
      : ordered;
  const sizes = new Map<KubeObject, number>();
  let added = 0;
  for (const set of ranked) {
    const present = replicasOf(set);
    const before = sizesOf(set).max ?? most;
    const share = present === 0 || before === 0 ? 0 : Math.round((present * most) / before) - present;
    const change =
      toAdd > 0 ? Math.min(Math.max(share, 0), toAdd - added) : Math.max(Math.min(share, 0), toAdd - added);
    sizes.set(set, present + change);
    added += change;
  }
  const [first] = ranked;
  if (first) sizes.set(first, Math.max(0, (sizes.get(first) ?? 0) + toAdd - added));
  return changesOnly(sizes);
}

function changesOnly(sizes: ReadonlyMap<KubeObject, number>): readonly Scaling[] {
  return [...sizes].flatMap(([set, replicas]) => (replicas === replicasOf(set) ? [] : [{ set, replicas }]));
}
