import { errorRules } from '../errors.ts';
import type { Service } from '../model/service.ts';
import { asks, demand, says } from './decide.ts';
import { contained, finish, noSteps, type Outcome, type PassContext, stopwatch, surroundings } from './pass.ts';
import { reconcile } from './reconcile.ts';

export interface ServiceWork {
  /** Works on one key; never rejects. */
  work(key: string): Promise<void>;
  isSettled(key: string): boolean;
  /** Has every key looked at again, whatever it went by last time. */
  unsettle(): void;
}

/**
 * Passes over Services, and the memory that spares needless ones: after a pass that left nothing to do, the same Service in
 * the same surroundings is not looked at again. That also absorbs the echoes of our own writes.
 */
export function serviceWork(context: PassContext): ServiceWork {
  /** What a key's last pass went by. */
  const settled = new Map<string, string>();

  /** A Service that is ours to serve and whose name nobody held before it. */
  const servable = (key: string, service: Service | undefined): service is Service =>
    service !== undefined &&
    demand(service, context.claims) === 'serve' &&
    context.holders.former(key, service.metadata.uid).length === 0;

  return {
    isSettled: (key) => settled.has(key),
    unsettle: () => settled.clear(),
    work: async (key) => {
      const watch = stopwatch(context.clock);
      const service = context.services.get(key);
      let outcome: Outcome = { result: 'unchanged', steps: noSteps };
      if (
        !servable(key, service) ||
        settled.get(key) !== `${asks(service)} ${says(service)} ${surroundings(context)}`
      ) {
        settled.delete(key);
        outcome = await contained(() => reconcile(key, context, watch));
        const { error, lookAgainMs } = outcome;
        const waits = (error ? error.retryAfterMs : lookAgainMs) === undefined;
        const rests = waits && (error === undefined || errorRules[error.code].retry === 'change');
        // What the pass went by and what it left, not what is there by now: an edit that came meanwhile is still to do.
        if (rests && outcome.basis && servable(key, service)) {
          const { left, around } = outcome.basis;
          settled.set(key, `${asks(service)} ${says(left)} ${around}`);
        }
      }
      context.engaged.update(key);
      finish('service', key, outcome, watch, context);
    },
  };
}
