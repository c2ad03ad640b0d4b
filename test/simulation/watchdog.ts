import { calm } from './calm.ts';
import { addresses } from './rules/addresses.ts';
import { firewalls } from './rules/firewalls.ts';
import { finalizers } from './rules/finalizers.ts';
import { oneAtATime } from './rules/one-at-a-time.ts';
import { ownership } from './rules/ownership.ts';
import { announced } from './rules/announced.ts';
import type { World } from './world.ts';

/** A promise that was broken. */
export interface Violation {
  /** `1` to `8` as in docs/explanation/guarantees.md, or `run` when the run itself failed. */
  readonly rule: string;
  readonly message: string;
  /** Milliseconds after the start. */
  readonly at: number;
}

export type Fail = (rule: string, message: string) => void;

export interface Watchdog {
  /** The first that was seen. */
  readonly violation: Violation | undefined;
  readonly fail: Fail;
  /** All faults end, and everything must become as it is asked for. */
  settle(): Promise<void>;
  /** All Services are deleted, and nothing may be left. */
  empty(): Promise<void>;
}

/**
 * Sets every rule upon the world: each is looked at whenever something changes that concerns it. `stillMs` is how long
 * nothing may be written at the end: by default, two sweeps.
 */
export function watchdog(world: World, stillMs = 2 * world.sweepMs + 20_000): Watchdog {
  let violation: Violation | undefined;
  const fail: Fail = (rule, message) => {
    if (violation) return;
    violation = { rule, message, at: world.clock.monotonic() };
    world.trace.add('RULE', `${rule} broken: ${message}`);
  };
  for (const watch of [ownership, addresses, finalizers, firewalls, announced, oneAtATime]) watch(world, fail);
  const { settle, empty } = calm(world, fail, () => violation !== undefined, stillMs);
  return {
    get violation() {
      return violation;
    },
    fail,
    settle,
    empty,
  };
}
