import type { Clock } from '../../src/clock.ts';

/** What was refused and is asked for again by time, further apart after each refusal. */
export interface Deferrals<K> {
  /** Whether the key was refused and it is too early to ask again. */
  waits(key: K): boolean;
  /** Records a refusal; true when it is the first in a row. */
  refused(key: K): boolean;
  forget(key: K): void;
  /** All that was refused, whether or not it may be asked for again by now. */
  keys(): Iterable<K>;
  has(key: K): boolean;
  /** Milliseconds until the first of these may be asked for again; undefined when none of them waits. */
  nextInMs(keys: Iterable<K>): number | undefined;
  /** Lets everything be asked for again now; drops what nobody asked for since the last time. */
  hasten(): void;
}

interface Deferral {
  readonly at: number;
  readonly wait: number;
  readonly hastened: boolean;
}

/** `first` and `longest` wait in milliseconds; each is twice the one before. */
export function deferrals<K>(clock: Clock, first: number, longest: number): Deferrals<K> {
  const known = new Map<K, Deferral>();
  return {
    waits: (key) => (known.get(key)?.at ?? 0) > clock.monotonic(),
    has: (key) => known.has(key),
    refused: (key) => {
      const before = known.get(key);
      const wait = before ? Math.min(before.wait * 2, longest) : first;
      known.set(key, { at: clock.monotonic() + wait, wait, hastened: false });
      return before === undefined;
    },
    forget: (key) => {
      known.delete(key);
    },
    keys: () => known.keys(),
    nextInMs: (keys) => {
      const now = clock.monotonic();
      const left = [...keys].flatMap((key) => {
        const at = known.get(key)?.at ?? 0;
        return at > now ? [at - now] : [];
      });
      return left.length === 0 ? undefined : Math.min(...left);
    },
    hasten: () => {
      const now = clock.monotonic();
      for (const [key, { wait, hastened }] of known) {
        if (hastened) known.delete(key);
        else known.set(key, { at: now, wait, hastened: true });
      }
    },
  };
}
