import { asPorticoError } from '../errors.ts';
import { type Owner, ownerLabel } from '../model/owner.ts';
import type { PassContext } from './pass.ts';

export interface StockTaker {
  /** Compares who holds something in the cloud with the Services there are. Never rejects. */
  take(): Promise<void>;
  /** Looks at everything anew from time to time, until the controller stops. */
  sweep(): Promise<void>;
}

export function stockTaker(context: PassContext, interval: number, unsettle: () => void): StockTaker {
  const { provider, cluster, clock, log, observer, services, holders, engaged, queues, stop } = context;

  /** Whether nothing is known of the owner's Service. What it holds is told, and left alone: deleting it is a person's choice. */
  const isOrphan = (owner: Owner): boolean => {
    if (owner.kind === 'cluster') return false;
    const key = `${owner.namespace}/${owner.name}`;
    const uid = services.get(key)?.metadata.uid;
    if (uid === undefined) return holders.former(key, undefined).length === 0;
    // A name belongs to one Service at a time: where another has it, the earlier one is surely gone.
    if (uid !== owner.uid) {
      holders.add(owner);
      engaged.update(key);
      queues.services.add(key);
    }
    return false;
  };

  const take = async (): Promise<void> => {
    try {
      const orphans = (await provider.owners(cluster, stop)).filter(isOrphan);
      observer.orphans(orphans);
      for (const owner of orphans) log('warn', 'cloud resources without a Service', { owner: ownerLabel(owner) });
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
