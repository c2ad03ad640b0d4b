import { errorRules } from '../errors.ts';
import type { Service } from '../model/service.ts';
import { asks, demand, says } from './decide.ts';
import { firstAddress } from './first-address.ts';
import {
  contained,
  contextOf,
  finish,
  noSteps,
  type Outcome,
  type PassContext,
  stopwatch,
  surroundings,
} from './pass.ts';
import type { Work } from './queue.ts';
import { reconcile } from './reconcile.ts';

export interface ServiceWork {
  /** Works on one key; never rejects. */
  readonly work: Work;
  isSettled(key: string): boolean;
  /** Has every key looked at again, whatever it went by last time. */
  unsettle(): void;
  /** How many Services are remembered. */
  readonly size: number;
}

/**
 * Passes over Services, and the memory that spares needless ones: after a pass that left nothing to do, the same Service in
 * the same surroundings is not looked at again. That also absorbs the echoes of our own writes.
 */
export function serviceWork(context: PassContext): ServiceWork {
  /** What a key's last pass went by. */
  const settled = new Map<string, string>();
  /** The same, of keys that are looked at again only to see whether the cloud is still as it was left. */
  const unsettled = new Map<string, string>();
  const waiting = firstAddress(() => context.clock.monotonic());
  let serial = 0;

  /** A Service that is ours to serve and whose name nobody held before it. */
  const servable = (key: string, service: Service | undefined): service is Service =>
    service !== undefined &&
    demand(service, context.claims) === 'serve' &&
    context.holders.former(key, service.metadata.uid).length === 0;

  return {
    get size() {
      return settled.size + unsettled.size + waiting.size;
    },
    isSettled: (key) => settled.has(key),
    unsettle: () => {
      for (const [key, basis] of settled) unsettled.set(key, basis);
      settled.clear();
    },
    work: async (key, waitedMs) => {
      const watch = stopwatch(context.clock);
      const service = context.services.get(key);
      const serves = servable(key, service);
      const basis = serves ? `${asks(service)} ${says(service)} ${surroundings(context)}` : undefined;
      const unasked = basis !== undefined && basis === unsettled.get(key);
      const about = { service: key, uid: service?.metadata.uid ?? null, reconcile: (serial += 1) };
      const around = contextOf(context, about, unasked);
      waiting.looked(key, serves && service.spec.type === 'LoadBalancer' ? service : undefined, waitedMs);
      let outcome: Outcome = { result: 'unchanged', steps: noSteps };
      if (basis === undefined || settled.get(key) !== basis) {
        settled.delete(key);
        outcome = await contained(() => reconcile(key, around, watch));
        if (servable(key, service)) remember(key, service, outcome);
        if (unasked) tellDrift(outcome);
        unsettled.delete(key);
      }
      context.engaged.update(key);
      finish('service', key, outcome, watch, around);
    },
  };

  function remember(key: string, service: Service, { basis, error, lookAgainMs }: Outcome): void {
    if (!basis) return;
    const waited = waiting.left(basis.left);
    if (waited !== undefined) context.observer.addressed(waited);
    const waits = (error ? error.retryAfterMs : lookAgainMs) === undefined;
    const rests = waits && (error === undefined || errorRules[error.code].retry === 'change');
    // What the pass went by and what it left, not what is there by now: an edit that came meanwhile is still to do.
    if (rests) settled.set(key, `${asks(service)} ${says(basis.left)} ${basis.around}`);
  }

  /** Steps that are withheld were so before. */
  function tellDrift({ steps: { done, failed, skipped } }: Outcome): void {
    if (done + failed + skipped > 0) context.observer.drifted('service', 'repaired', done + failed + skipped);
  }
}
