import type { Clock } from '../clock.ts';
import { asPorticoError } from '../errors.ts';
import type { KubeApi, ObjectReference } from '../kube/api.ts';
import { type EventReason, eventReasons } from '../model/event-reasons.ts';
import type { Node } from '../model/node.ts';
import { timestamp } from './conditions.ts';
import type { Log } from './observer.ts';
import type { OrphanPolicy } from '../model/policy.ts';

export interface Happening {
  readonly reason: EventReason;
  readonly message: string;
}

/** The Events of a Service's balancer. */
export const happenings = {
  ensuring: { reason: 'EnsuringLoadBalancer', message: 'Ensuring load balancer' },
  ensured: { reason: 'EnsuredLoadBalancer', message: 'Ensured load balancer' },
  deleting: { reason: 'DeletingLoadBalancer', message: 'Deleting load balancer' },
  deleted: { reason: 'DeletedLoadBalancer', message: 'Deleted load balancer' },
  opening: { reason: 'OpeningNodePorts', message: 'Opening the way to the nodePorts' },
  opened: { reason: 'OpenedNodePorts', message: 'Opened the way to the nodePorts' },
  closing: { reason: 'ClosingNodePorts', message: 'Closing the way to the nodePorts' },
  closed: { reason: 'ClosedNodePorts', message: 'Closed the way to the nodePorts' },
  unavailable: {
    reason: 'UnAvailableLoadBalancer',
    message: 'There are no available nodes for LoadBalancer',
  },
} as const satisfies Record<string, Happening>;

export const kept = (ids: readonly string[], addresses: readonly { readonly ip: string }[]): Happening => ({
  reason: 'KeptLoadBalancer',
  message: `Left in the cloud, and nobody’s from now on: ${ids.join(', ')} (${addresses.map(({ ip }) => ip).join(', ')})`,
});

export const drifted = (message: string): Happening => ({ reason: 'LoadBalancerDrifted', message });

export const observed = (message: string): Happening => ({ reason: 'ObservedLoadBalancer', message });

export const syncFailed = (why: string): Happening => ({
  reason: 'SyncLoadBalancerFailed',
  message: `Error syncing load balancer: ${why}`,
});

/** `held` are the ids of what is left. */
export const orphaned = (held: readonly string[], policy: OrphanPolicy): Happening => ({
  reason: 'OrphanedLoadBalancer',
  message:
    `The Service does not exist any more and left in the cloud: ${held.join(', ')}. ` +
    (policy === 'delete' ? 'It is deleted when the next sweep finds it as well.' : '`portico gc --apply` deletes it.'),
});

export const serviceReference = ({ namespace, name, uid }: Omit<ObjectReference, 'kind'>): ObjectReference => ({
  kind: 'Service',
  namespace,
  name,
  uid,
});

export const nodeReference = ({ metadata }: Node): ObjectReference => ({
  kind: 'Node',
  namespace: '',
  name: metadata.name,
  uid: metadata.uid,
});

export interface EventRecorder {
  /** Returns at once; the Event is written in the background, after those recorded before it. Losing one is only logged. */
  record(object: ObjectReference, happening: Happening): void;
  /** Resolves when all that was recorded is written or given up. */
  drained(): Promise<void>;
}

interface Known {
  readonly name: string;
  readonly count: number;
}

/** How many Events are remembered for counting repeats, and how many may wait to be written. */
const remembered = 4096;
const longestBacklog = 1000;

/** The API server takes at most 1024 bytes. */
const longestMessage = 1000;

/** An Event that was recorded before is counted up instead of written again, as Kubernetes' own recorder does. */
export function eventRecorder(kube: KubeApi, clock: Clock, log: Log, signal: AbortSignal): EventRecorder {
  const known = new Map<string, Known>();
  let chain = Promise.resolve();
  let backlog = 0;
  let serial = 0;

  const create = async (key: string, object: ObjectReference, happening: Happening): Promise<void> => {
    serial += 1;
    const name = `${object.name.slice(0, 220)}.${(clock.now() * 4096 + (serial % 4096)).toString(16)}`;
    const at = timestamp(clock.now());
    const { type } = eventReasons[happening.reason];
    await kube.createEvent(
      { name, object, type, ...happening, count: 1, firstTimestamp: at, lastTimestamp: at },
      signal,
    );
    remember(key, { name, count: 1 });
  };

  const remember = (key: string, event: Known): void => {
    known.delete(key);
    known.set(key, event);
    if (known.size <= remembered) return;
    for (const oldest of known.keys()) {
      known.delete(oldest);
      return;
    }
  };

  const write = async (object: ObjectReference, happening: Happening): Promise<void> => {
    const key = JSON.stringify([object.uid, happening.reason, happening.message]);
    const before = known.get(key);
    if (!before) {
      await create(key, object, happening);
      return;
    }
    const count = before.count + 1;
    try {
      await kube.countEvent({ name: before.name, object, count, lastTimestamp: timestamp(clock.now()) }, signal);
      remember(key, { name: before.name, count });
    } catch (error) {
      if (asPorticoError(error).code !== 'not-found') throw error;
      // The API server keeps Events for an hour.
      await create(key, object, happening);
    }
  };

  return {
    record: (object, happening) => {
      if (signal.aborted || backlog >= longestBacklog) return;
      backlog += 1;
      const { message } = happening;
      const short = message.length <= longestMessage ? message : `${message.slice(0, longestMessage - 1)}…`;
      chain = chain
        .then(() => (signal.aborted ? undefined : write(object, { ...happening, message: short })))
        .catch((error: unknown) => {
          const { code, message: why } = asPorticoError(error);
          if (!signal.aborted) log('warn', 'event not written', { reason: happening.reason, code, why });
        })
        .finally(() => {
          backlog -= 1;
        });
    },
    drained: () => chain,
  };
}
