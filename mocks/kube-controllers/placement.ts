import { at, isObject, type JsonObject, listOf, objectOf, textOf } from '../kube-apiserver/json.ts';
import type { KubeObject } from '../kube-apiserver/kind.ts';
import { nameOf } from '../kube-apiserver/metadata.ts';
import { controllerOf, expressionHolds } from './owned.ts';

const zoneLabel = 'topology.kubernetes.io/zone';
const unschedulable = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** A node for a pod, or why there is none, in the words of the scheduler. */
export type Placement = { readonly node: string } | { readonly message: string };

/**
 * The node on which a pod is placed: one that its `nodeSelector`, required node affinity, tolerations and host ports
 * allow and that has room, with the fewest pods of the same owner on it, then in its zone, then the fewest pods. Pure.
 * Not looked at: requests of CPU and memory, affinity between pods, `topologySpreadConstraints`.
 */
export function place(pod: KubeObject, nodes: readonly KubeObject[], pods: readonly KubeObject[]): Placement {
  if (nodes.length === 0) return { message: 'no nodes available to schedule pods' };
  const on = Map.groupBy(pods, (each) => textOf(at(each, 'spec', 'nodeName')));
  const reasons = new Map<string, number>();
  const fitting = nodes.filter((node) => {
    const why = whyNot(pod, node, on.get(nameOf(node)) ?? []);
    if (why !== undefined) reasons.set(why, (reasons.get(why) ?? 0) + 1);
    return why === undefined;
  });
  const owner = controllerOf(pod);
  const kin = (some: readonly KubeObject[]): number =>
    owner === undefined ? 0 : some.filter((each) => controllerOf(each) === owner).length;
  const zoneOf = (node: KubeObject): string => textOf(objectOf(node.metadata['labels'])[zoneLabel]);
  const inZone = (zone: string): number =>
    nodes.filter((node) => zoneOf(node) === zone).reduce((sum, node) => sum + kin(on.get(nameOf(node)) ?? []), 0);
  const score = (node: KubeObject): readonly number[] => {
    const here = on.get(nameOf(node)) ?? [];
    return [kin(here), inZone(zoneOf(node)), here.length];
  };
  const [best] = fitting.map((node) => ({ node, score: score(node) })).toSorted((a, b) => lexical(a.score, b.score));
  if (best) return { node: nameOf(best.node) };
  const told = [...reasons].map(([reason, count]) => `${count} ${reason}`).toSorted();
  return { message: `0/${nodes.length} nodes are available: ${told.join(', ')}.` };
}

function lexical(a: readonly number[], b: readonly number[]): number {
  const place_ = a.findIndex((value, index) => value !== b[index]);
  return place_ < 0 ? 0 : (a[place_] ?? 0) - (b[place_] ?? 0);
}

function whyNot(pod: KubeObject, node: KubeObject, here: readonly KubeObject[]): string | undefined {
  const closed = at(node, 'spec', 'unschedulable') === true && !tolerates(pod, unschedulable);
  if (closed) return 'node(s) were unschedulable';
  const taints = listOf(at(node, 'spec', 'taints')).filter(isObject);
  const hard = taints.filter((taint) => taint['effect'] !== 'PreferNoSchedule');
  const refused = hard.find((taint) => !tolerates(pod, taint));
  if (refused) {
    return `node(s) had untolerated taint {${textOf(refused['key'])}: ${textOf(refused['value'])}}`;
  }
  if (!isSelected(pod, node)) return "node(s) didn't match Pod's node affinity/selector";
  const room = Number(at(node, 'status', 'allocatable', 'pods') ?? 110);
  if (here.length >= room) return 'Too many pods';
  const wanted = hostPorts(pod);
  const used = new Set(here.flatMap(hostPorts));
  return wanted.some((port) => used.has(port))
    ? "node(s) didn't have free ports for the requested pod ports"
    : undefined;
}

function tolerates(pod: KubeObject, taint: JsonObject): boolean {
  return listOf(at(pod, 'spec', 'tolerations'))
    .filter(isObject)
    .some(({ key, operator, value, effect }) => {
      const anyKey = textOf(key) === '' && operator === 'Exists';
      const sameKey = anyKey || key === taint['key'];
      const sameEffect = textOf(effect) === '' || effect === taint['effect'];
      return sameKey && sameEffect && (operator === 'Exists' || textOf(value) === textOf(taint['value']));
    });
}

function isSelected(pod: KubeObject, node: KubeObject): boolean {
  const labels = objectOf(node.metadata['labels']);
  const wanted = Object.entries(objectOf(at(pod, 'spec', 'nodeSelector')));
  const required = at(pod, 'spec', 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution');
  const terms = listOf(at(required, 'nodeSelectorTerms')).filter(isObject);
  const fields = { 'metadata.name': nameOf(node) };
  const holds = (term: JsonObject): boolean => {
    const [expressions, onFields] = ['matchExpressions', 'matchFields'].map((key) =>
      listOf(term[key]).filter(isObject),
    );
    const all = [...(expressions ?? []), ...(onFields ?? [])];
    return (
      all.length > 0 &&
      (expressions ?? []).every((each) => expressionHolds(each, labels)) &&
      (onFields ?? []).every((each) => expressionHolds(each, fields))
    );
  };
  return wanted.every(([key, value]) => labels[key] === value) && (required === undefined || terms.some(holds));
}

function hostPorts(pod: KubeObject): readonly string[] {
  return listOf(at(pod, 'spec', 'containers'))
    .flatMap((container) => listOf(at(container, 'ports')).filter(isObject))
    .filter((port) => typeof port['hostPort'] === 'number' && port['hostPort'] > 0)
    .map((port) => `${textOf(port['protocol'])}/${String(Number(port['hostPort']))}`);
}
