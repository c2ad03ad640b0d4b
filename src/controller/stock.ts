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

interface Orphan {
  readonly owner: ServiceOwner;
  readonly held: readonly string[];
}

/** What was told of an orphan last, and when by the monotonic clock. */
interface Told {
  readonly what: string;
  readonly at: number;
}

/**
 * Milliseconds until an orphan is told again. Each time is a write and a line in the log, while the metric stands all the time
 * and may alert; a day is often enough for those who read Events, which live for an hour, or logs.
 */
const remindAfter = 24 * 3_600_000;

export function stockTaker(context: PassContext, { interval, orphans: asked, unsettle }: StockOptions): StockTaker {
  const { provider, cluster, clock, log, observer, services, holders, engaged, queues, events, stop } = context;
  const policy: OrphanPolicy = (context.defaults.policy ?? 'sync') === 'sync' ? asked : 'report';
  /** Orphans of the stock before. */
  let before: ReadonlyMap<string, Told> = new Map();

  const cleanUp = (owner: ServiceOwner): void => {
    const key = `${owner.namespace}/${owner.name}`;
    holders.add(owner, { policy: context.defaults.policy ?? 'sync', retain: 'nothing' });
    engaged.update(key);
    queues.services.add(key);
  };

  /** Whether nothing is known of the owner's Service, or only that its policy was to leave what it has. */
  const isOrphan = (owner: Owner): owner is ServiceOwner => {
    if (owner.kind === 'cluster') return false;
    const key = `${owner.namespace}/${owner.name}`;
    const uid = services.get(key)?.metadata.uid;
    if (uid === undefined) return holders.former(key, undefined).every(({ leaving }) => leaving.policy !== 'sync');
    // A name belongs to one Service at a time: where another has it, the earlier one is surely gone.
    if (uid !== owner.uid) cleanUp(owner);
    return false;
  };

  /** What the orphan holds, looked at closely; undefined when that cannot be read now. */
  const look = async (owner: ServiceOwner): Promise<readonly string[] | undefined> => {
    try {
      const { graph } = await provider.observe(owner, [], stop);
      return [...graph.keys()].toSorted();
    } catch (error) {
      const { code, message } = asPorticoError(error);
      const whose = { owner: ownerLabel(owner), uid: owner.uid };
      if (!stop.aborted) log('warn', 'what an orphan holds not read', { ...whose, code, why: message });
      return undefined;
    }
  };

  /**
   * Told with what it holds, by this sweep if that is news. It is left alone, unless asked otherwise: a cluster id given twice
   * looks just the same. Two stocks in a row must have found it, since the Services may have been listed from a cache that was behind.
   */
  const deal = ({ owner, held }: Orphan): Told => {
    const earlier = before.get(ownerKey(owner));
    const mayGo = holders.former(`${owner.namespace}/${owner.name}`, undefined).length === 0;
    const deleted = policy === 'delete' && earlier !== undefined && mayGo;
    if (deleted) cleanUp(owner);
    const what = held.join(', ');
    if (!deleted && earlier?.what === what && clock.monotonic() - earlier.at < remindAfter) return earlier;
    log('warn', 'cloud resources without a Service', { owner: ownerLabel(owner), uid: owner.uid, held, deleted });
    events.record(serviceReference(owner), orphaned(held, mayGo ? policy : 'report'));
    return { what, at: clock.monotonic() };
  };

  const take = async (): Promise<void> => {
    try {
      const suspects = (await provider.owners(cluster, stop)).filter(isOrphan);
      const orphans: Orphan[] = [];
      const unread: ServiceOwner[] = [];
      for (const owner of suspects) {
        const held = await look(owner);
        if (held === undefined) unread.push(owner);
        else if (held.length > 0) orphans.push({ owner, held });
      }
      if (stop.aborted) return;
      observer.orphans([...orphans.map(({ owner }) => owner), ...unread]);
      // Of what could not be read, what was told before stands.
      const stands = unread.map(ownerKey).flatMap((key) => {
        const told = before.get(key);
        return told ? [[key, told] as const] : [];
      });
      before = new Map([...stands, ...orphans.map((orphan) => [ownerKey(orphan.owner), deal(orphan)] as const)]);
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
