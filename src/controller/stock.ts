import type { OrphanPolicy } from '../model/policy.ts';
import { asPorticoError } from '../errors.ts';
import { type Owner, ownerKey, ownerLabel, type ServiceOwner } from '../model/owner.ts';
import { orphaned, serviceReference } from './events.ts';
import type { PassContext } from './pass.ts';

export interface StockTaker {
  /** Compares who holds something in the cloud with the Services there are. Never rejects. */
  take(): Promise<void>;
  /** Looks at everything anew from time to time, until the controller stops. */
  sweep(): Promise<void>;
}

export interface StockOptions {
  /** Milliseconds between two sweeps. */
  readonly interval: number;
  readonly orphans: OrphanPolicy;
  /** Called before each sweep: nothing is as asked until it was looked at. */
  readonly unsettle: () => void;
}

export function stockTaker(context: PassContext, { interval, orphans: asked, unsettle }: StockOptions): StockTaker {
  const { provider, cluster, clock, log, observer, services, holders, engaged, queues, events, stop } = context;
  const policy: OrphanPolicy = (context.defaults.policy ?? 'sync') === 'sync' ? asked : 'report';
  /** Orphans of the stock before. */
  let before: ReadonlySet<string> = new Set();

  const cleanUp = (owner: ServiceOwner): void => {
    const key = `${owner.namespace}/${owner.name}`;
    holders.add(owner);
    engaged.update(key);
    queues.services.add(key);
  };

  /** Whether nothing is known of the owner's Service. */
  const isOrphan = (owner: Owner): owner is ServiceOwner => {
    if (owner.kind === 'cluster') return false;
    const key = `${owner.namespace}/${owner.name}`;
    const uid = services.get(key)?.metadata.uid;
    if (uid === undefined) return holders.former(key, undefined).length === 0;
    // A name belongs to one Service at a time: where another has it, the earlier one is surely gone.
    if (uid !== owner.uid) cleanUp(owner);
    return false;
  };

  /**
   * Told with what it holds. It is left alone, unless asked otherwise: a cluster id given twice looks just the same. Two
   * stocks in a row must have found it, since the Services may have been listed from a cache that was behind.
   */
  const deal = async (owner: ServiceOwner): Promise<void> => {
    const { graph } = await provider.observe(owner, [], stop);
    const held = [...graph.keys()].toSorted();
    const deleted = policy === 'delete' && before.has(ownerKey(owner));
    log('warn', 'cloud resources without a Service', { owner: ownerLabel(owner), uid: owner.uid, held, deleted });
    events.record(serviceReference(owner), orphaned(held, policy));
    if (deleted) cleanUp(owner);
  };

  const take = async (): Promise<void> => {
    try {
      const orphans = (await provider.owners(cluster, stop)).filter(isOrphan);
      observer.orphans(orphans);
      for (const owner of orphans) await deal(owner);
      before = new Set(orphans.map(ownerKey));
    } catch (error) {
      const { code, message } = asPorticoError(error);
      if (!stop.aborted) log('warn', 'owners in the cloud not listed', { code, why: message });
    }
  };

  return {
    take,
    sweep: async () => {
      while (!stop.aborted) {
        await clock.sleep(interval * (0.9 + clock.random() / 5), stop).catch(() => undefined);
        if (stop.aborted) return;
        provider.refresh();
        unsettle();
        queues.cluster.add(cluster);
        for (const key of engaged) queues.services.add(key);
        await take();
      }
    },
  };
}
