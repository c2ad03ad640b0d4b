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
  /** Has a Service looked at on which only what we keep written there changed: by somebody, or by ourselves. */
  rewritten(key: string): void;
  /** Has every key looked at again, whatever it went by last time. */
  unsettle(): void;
  /** How many Services are remembered. */
  readonly size: number;
}

/**
 * How long a failing Service waits at most after somebody wrote over what we had said on it, in milliseconds. Not at once:
 * that somebody may be ourselves, when the answer to the write got lost, and each try may fail in other words.
 */
const mendDelay = 30_000;

/**
 * Passes over Services, and the memory that spares needless ones: after a pass that left nothing to do, the same Service in
 * the same surroundings is not looked at again. That also absorbs the echoes of our own writes.
 */
export function serviceWork(context: PassContext): ServiceWork {
  /** What a key's last pass went by. */
  const settled = new Map<string, string>();
  /** The same, of keys that are looked at again only to see whether the cloud is still as it was left. */
  const unsettled = new Map<string, string>();
  /** What is written on a Service whose last pass failed and that comes back by time. */
  const failing = new Map<string, string>();
  /** Keys that are worked on, and whether what is written on the Service changed meanwhile. */
  const running = new Map<string, boolean>();
  const waiting = firstAddress(() => context.clock.monotonic());
  let serial = 0;

  /** A Service that is ours to serve and whose name nobody held before it. */
  const servable = (key: string, service: Service | undefined): service is Service =>
    service !== undefined &&
    demand(service, context.claims) === 'serve' &&
    context.holders.former(key, service.metadata.uid).length === 0;

  return {
    get size() {
      return settled.size + unsettled.size + failing.size + waiting.size;
    },
    isSettled: (key) => settled.has(key),
    rewritten: (key) => {
      if (running.has(key)) running.set(key, true);
      else look(key);
    },
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
      running.set(key, false);
      let outcome: Outcome = { result: 'unchanged', steps: noSteps };
      if (basis === undefined || settled.get(key) !== basis) {
        settled.delete(key);
        outcome = await contained(() => reconcile(key, around, watch));
        if (servable(key, service)) remember(key, service, outcome);
        if (unasked) tellDrift(outcome);
        unsettled.delete(key);
      }
      context.engaged.update(key);
      const comesBack = finish('service', key, outcome, watch, around) !== null;
      const left = outcome.basis?.left ?? service;
      if (comesBack && left) failing.set(key, says(left));
      else failing.delete(key);
      if (running.get(key) === true) look(key);
      running.delete(key);
    },
  };

  /** An echo of what a failed pass wrote brings nothing back before its time. */
  function look(key: string): void {
    const left = failing.get(key);
    const service = context.services.get(key);
    if (left === undefined || !service) context.queues.services.add(key);
    else if (left !== says(service)) context.queues.services.addAfter(key, mendDelay);
  }

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
