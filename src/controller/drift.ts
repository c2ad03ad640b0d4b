import { createHash } from 'node:crypto';
import { notWanted, type Plan } from '../graph/plan.ts';
import { showValue } from '../graph/render.ts';
import type { Graph } from '../graph/resource.ts';
import type { DriftPolicy } from '../model/policy.ts';
import type { Condition } from '../model/service.ts';
import type { Verdict } from './conditions.ts';

/**
 * What all that is asked for comes to, as a short text. Nothing the cloud chose is in it: while it stays the same, nobody
 * asked for anything, and a difference in the cloud is drift.
 */
export function fingerprintOf(wanted: Graph): string {
  const specs = [...wanted.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(specs)).digest('hex').slice(0, 12);
}

const repairedReason = 'Repaired';

/** What was asked for when the cloud was last as asked; it survives a restart in the condition. */
export const asOf = (condition: Condition | undefined): string | undefined =>
  /^As of ([0-9a-f]{12}): /.exec(condition?.message ?? '')?.[1];

/**
 * By Service, what was asked for when this process last saw all as asked. Where the policy is repair no condition says it, and
 * what differs when the policy becomes another is left by it.
 */
export interface AsAsked {
  note(key: string, uid: string, fingerprint: string): void;
  of(key: string, uid: string): string | undefined;
  forget(key: string): void;
  readonly size: number;
}

export function asAsked(): AsAsked {
  const known = new Map<string, { readonly uid: string; readonly fingerprint: string }>();
  return {
    note: (key, uid, fingerprint) => known.set(key, { uid, fingerprint }),
    of: (key, uid) => {
      const found = known.get(key);
      return found?.uid === uid ? found.fingerprint : undefined;
    },
    forget: (key) => known.delete(key),
    get size() {
      return known.size;
    },
  };
}

const dated = (fingerprint: string, text: string): string => `As of ${fingerprint}: ${text}`;

/** Why the cloud is not as asked, with nothing done about it. */
export const tolerated = (policy: Exclude<DriftPolicy, 'repair'>, fingerprint: string, plan: Plan): Verdict =>
  policy === 'off'
    ? unwatched(fingerprint)
    : { status: 'True', reason: 'Drifted', message: dated(fingerprint, `not as asked: ${differencesIn(plan)}.`) };

const unwatched = (fingerprint: string): Verdict => ({
  status: 'Unknown',
  reason: 'NotWatched',
  message: dated(fingerprint, 'differences are neither undone nor told.'),
});

/** What the condition says when all is as asked: null takes it away, undefined leaves it. */
export function inOrder(
  policy: DriftPolicy,
  fingerprint: string,
  undone: Plan | undefined,
  before: Condition | undefined,
): Verdict | null | undefined {
  switch (policy) {
    case 'report':
      return { status: 'False', reason: 'AsAsked', message: dated(fingerprint, 'the cloud is as asked.') };
    case 'off':
      return unwatched(fingerprint);
    case 'repair':
      if (undone) return { status: 'False', reason: repairedReason, message: `Undone: ${differencesIn(undone)}.` };
      return before?.reason === repairedReason ? undefined : null;
    default:
      return policy satisfies never;
  }
}

/** Resource by resource how the cloud differs from what is asked. */
function differencesIn({ steps }: Plan): string {
  return steps
    .flatMap(({ op, resource, changes, why }): string[] => {
      // The other half of a replacement says how the two differ.
      if (op === 'delete') return why === notWanted ? [`${resource.id} is there and not wanted`] : [];
      if (op === 'create' && changes.length === 0) return [`${resource.id} is ${why}`];
      const fields = changes.map(({ field, from, to }) => `${field} is ${showValue(from)}, not ${showValue(to)}`);
      return [`${resource.id}: ${fields.join(', ')}`];
    })
    .join('; ');
}
