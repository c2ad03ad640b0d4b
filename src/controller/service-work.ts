import { errorRules } from '../errors.ts';
import { demand, footprint } from './decide.ts';
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

  const basis = (key: string): string | undefined => {
    const service = context.services.get(key);
    if (!service || demand(service, context.claims) !== 'serve') return undefined;
    if (context.holders.former(key, service.metadata.uid).length > 0) return undefined;
    return `${footprint(service)} ${surroundings(context)}`;
  };

  return {
    isSettled: (key) => settled.has(key),
    unsettle: () => settled.clear(),
    work: async (key) => {
      const watch = stopwatch(context.clock);
      const before = basis(key);
      let outcome: Outcome = { result: 'unchanged', steps: noSteps };
      if (before === undefined || settled.get(key) !== before) {
        settled.delete(key);
        outcome = await contained(() => reconcile(key, context, watch));
        const rests = outcome.error === undefined || errorRules[outcome.error.code].retry === 'change';
        const after = basis(key);
        if (rests && after !== undefined) settled.set(key, after);
      }
      context.engaged.update(key);
      finish('service', key, outcome, watch, context);
    },
  };
}
