import type { NodeTarget } from '../model/intent.ts';
import { type Eligibility, eligibility, type Node, zoneOf } from '../model/node.ts';
import type { Provider } from '../provider.ts';

/** The nodes that may carry traffic, as the watch last saw them. */
export interface NodeSet {
  /** Sorted by name. */
  targets(): readonly NodeTarget[];
  /** Whether this change of a node can change `targets`; undefined is a node that was not there, or is gone. */
  concerns(before: Node | undefined, after: Node | undefined): boolean;
  /** Why the node cannot carry traffic though nobody excluded it; once per node and reason. */
  complaint(node: Node): string | undefined;
}

/** `admit` is the cloud's own look at a node. */
export function nodeSet(watched: ReadonlyMap<string, Node>, admit?: Provider['admit']): NodeSet {
  /** Zones last seen, by uid: a label that is gone for a moment removes no node. */
  const zones = new Map<string, string>();
  const told = new Map<string, string>();
  /** Computed when asked for after a change: a storm of events costs one computation. */
  let targets: readonly NodeTarget[] | undefined;

  const judge = (node: Node): Eligibility => {
    const zone = zoneOf(node);
    if (zone !== undefined) zones.set(node.metadata.uid, zone);
    const verdict = eligibility(node, zones.get(node.metadata.uid));
    if (verdict.kind !== 'eligible' || !admit) return verdict;
    const admission = admit(verdict.target);
    return admission.kind === 'admitted'
      ? { kind: 'eligible', target: admission.node }
      : { kind: 'unusable', why: admission.why };
  };
  const targetOf = (node: Node | undefined): string => {
    const verdict = node && judge(node);
    return verdict?.kind === 'eligible' ? JSON.stringify(verdict.target) : '';
  };

  return {
    targets: () => {
      targets ??= [...watched.values()]
        .flatMap((node) => {
          const verdict = judge(node);
          return verdict.kind === 'eligible' ? [verdict.target] : [];
        })
        .toSorted((a, b) => (a.name < b.name ? -1 : 1));
      return targets;
    },
    concerns: (before, after) => {
      const changed = targetOf(before) !== targetOf(after);
      if (changed) targets = undefined;
      if (before && before.metadata.uid !== after?.metadata.uid) {
        zones.delete(before.metadata.uid);
        told.delete(before.metadata.uid);
      }
      return changed;
    },
    complaint: (node) => {
      const verdict = judge(node);
      const why = verdict.kind === 'unusable' ? verdict.why : undefined;
      if (told.get(node.metadata.uid) === why) return undefined;
      if (why === undefined) told.delete(node.metadata.uid);
      else told.set(node.metadata.uid, why);
      return why;
    },
  };
}
