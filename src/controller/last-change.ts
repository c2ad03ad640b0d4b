import type { EventReason } from '../model/event-reasons.ts';

/** The reasons under which a change that was made is told. */
const changing: readonly EventReason[] = [
  'EnsuredLoadBalancer',
  'OpenedNodePorts',
  'ClosedNodePorts',
  'AdoptedLoadBalancer',
];

/** What of an Event tells of a change of a Service: whose, and when, RFC 3339. */
export interface ChangeTold {
  readonly uid: string;
  readonly at: string;
}

/** An Event of the API, or undefined when it tells of no change. */
export function readChange(event: unknown): ChangeTold | undefined {
  const { reason, involvedObject, lastTimestamp } = event as {
    readonly reason?: unknown;
    readonly involvedObject?: { readonly kind?: unknown; readonly uid?: unknown };
    readonly lastTimestamp?: unknown;
  };
  const uid = involvedObject?.kind === 'Service' ? involvedObject.uid : undefined;
  const isChange = changing.some((each) => each === reason);
  return isChange && typeof uid === 'string' && typeof lastTimestamp === 'string'
    ? { uid, at: lastTimestamp }
    : undefined;
}

/** When each Service was last changed, by uid. */
export function lastChanges(told: Iterable<ChangeTold | undefined>): ReadonlyMap<string, string> {
  const latest = new Map<string, string>();
  for (const change of told) {
    if (change && change.at > (latest.get(change.uid) ?? '')) latest.set(change.uid, change.at);
  }
  return latest;
}
