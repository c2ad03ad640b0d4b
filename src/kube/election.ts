import type { Clock } from '../clock.ts';
import { asPorticoError, PorticoError } from '../errors.ts';
import { type LeaseRecord, type LeaseStore, microTime, type StoredLease } from './lease.ts';

export interface ElectionOptions {
  readonly store: LeaseStore;
  readonly clock: Clock;
  /** Who we are; no two processes may ever have the same. */
  readonly identity: string;
  readonly pace?: ElectionPace;
  readonly observer?: ElectionObserver;
}

/** Milliseconds. */
export interface ElectionPace {
  /** After so long without a word from the holder, somebody else may take the Lease. */
  readonly duration: number;
  /** A holder that could not renew for so long stops; shorter than `duration`, so that it has stopped before anybody takes over. */
  readonly renewDeadline: number;
  /** Between two tries to take or renew it. */
  readonly retry: number;
}

export interface ElectionObserver {
  /** The Lease is held by somebody else, who is named each time it changes hands. */
  following(holder: string): void;
  leading(): void;
  lost(why: string): void;
  /** A try to take or renew the Lease failed; others follow. */
  failed(error: PorticoError): void;
}

/** What the holder works under. */
export interface Term {
  /** Aborted at the moment when nothing may be written any more. */
  readonly lease: AbortSignal;
  /**
   * Throws when the Lease may have passed to somebody else. To be called before each write: a process that was stopped
   * and goes on does what it was about to do before its timers tell that time is over.
   */
  readonly check: () => void;
}

/** In the proportions of Kubernetes' own components. `duration` in milliseconds. */
export const paceFor = (duration: number): ElectionPace => ({
  duration,
  renewDeadline: (duration * 2) / 3,
  retry: (duration * 2) / 15,
});

export const usualPace = paceFor(15_000);

/**
 * Waits for the Lease, does the work under it, and gives it back when the work ends. A Lease that is lost ends the work's
 * signal, and it is waited for anew. Resolves when `signal` is aborted and the work has ended; rejects with what the work
 * rejects with while it leads.
 *
 * At most one process works at any moment, as long as clocks run at about the same speed: others count `duration` from
 * when they last saw the Lease change, the holder counts `renewDeadline` from before it sent its last renewal.
 */
export async function whileLeading(
  options: ElectionOptions,
  work: (term: Term) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const held = await acquire(options, signal);
    if (held === undefined) return;
    await serve(options, held, work, signal);
  }
}

interface Held {
  readonly lease: StoredLease;
  /** When the request that took or renewed it was sent, by the monotonic clock. */
  readonly since: number;
}

const paceOf = ({ pace = usualPace }: ElectionOptions): ElectionPace => pace;

/** Undefined when the signal is aborted first. */
async function acquire(options: ElectionOptions, signal: AbortSignal): Promise<Held | undefined> {
  const { clock, observer, identity } = options;
  let seen: { readonly text: string; readonly at: number } | undefined;
  let holder: string | undefined;
  while (!signal.aborted) {
    try {
      const since = clock.monotonic();
      const found = await options.store.read(signal);
      const text = JSON.stringify(found ?? null);
      if (seen?.text !== text) seen = { text, at: clock.monotonic() };
      if (found === undefined || found.holder === '' || found.holder === identity || expired(found, seen.at, clock)) {
        return { lease: await take(options, found, signal), since };
      }
      if (found.holder !== holder) observer?.following((holder = found.holder));
    } catch (thrown) {
      const error = asPorticoError(thrown);
      // Somebody was quicker: the next look tells who.
      if (!signal.aborted && error.code !== 'stale' && error.code !== 'exists') observer?.failed(error);
    }
    await pause(options, signal);
  }
  return undefined;
}

/** The times inside a Lease are of another machine's clock: only that it has not changed for so long counts. */
const expired = ({ durationSeconds }: LeaseRecord, seenAt: number, clock: Clock): boolean =>
  clock.monotonic() - seenAt > durationSeconds * 1000;

async function take(
  { store, clock, identity, pace = usualPace }: ElectionOptions,
  found: StoredLease | undefined,
  signal: AbortSignal,
): Promise<StoredLease> {
  const now = microTime(clock.now());
  const record: LeaseRecord = {
    holder: identity,
    durationSeconds: Math.ceil(pace.duration / 1000),
    acquireTime: found?.holder === identity ? found.acquireTime : now,
    renewTime: now,
    transitions: (found?.transitions ?? 0) + (found === undefined || found.holder === identity ? 0 : 1),
  };
  return found === undefined ? store.create(record, signal) : store.update(found, record, signal);
}

async function serve(
  options: ElectionOptions,
  first: Held,
  work: (term: Term) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { clock, observer, store, identity } = options;
  const { renewDeadline } = paceOf(options);
  const lost = new AbortController();
  const done = new AbortController();
  let held = first;

  const lose = (why: string): void => {
    if (lost.signal.aborted) return;
    lost.abort(new PorticoError('aborted', `This process leads no longer: ${why}.`));
    observer?.lost(why);
  };
  const late = `the Lease could not be renewed for ${renewDeadline / 1000} s`;
  let cancel = (): void => undefined;
  const keep = (renewed: Held): void => {
    held = renewed;
    cancel();
    cancel = clock.after(Math.max(0, renewDeadline - (clock.monotonic() - renewed.since)), () => lose(late));
  };
  const check = (): void => {
    if (clock.monotonic() - held.since >= renewDeadline) lose(late);
    lost.signal.throwIfAborted();
  };

  /** One renewal; what the Lease says is looked up first when it may not be as we left it. */
  const renewOnce = async (unsure: boolean, ends: AbortSignal): Promise<void> => {
    const since = clock.monotonic();
    const found = unsure ? await store.read(ends) : held.lease;
    if (found?.holder !== identity) {
      lose(found === undefined ? 'the Lease was deleted' : `${found.holder || 'nobody'} holds the Lease`);
      return;
    }
    const record = { ...found, renewTime: microTime(clock.now()) };
    keep({ lease: await store.update(found, record, ends), since });
  };

  const renew = async (): Promise<void> => {
    const ends = AbortSignal.any([lost.signal, done.signal]);
    let unsure = false;
    let atOnce = false;
    while (!ends.aborted) {
      if (!atOnce) await pause(options, ends);
      if (ends.aborted) return;
      try {
        await renewOnce(unsure, ends);
        unsure = false;
        atOnce = false;
      } catch (thrown) {
        const error = asPorticoError(thrown);
        if (ends.aborted) return;
        unsure = true;
        // Somebody wrote: a renewal of ours whose answer was lost, an edit by hand, or another holder.
        atOnce = error.code === 'stale' || error.code === 'not-found';
        if (!atOnce) observer?.failed(error);
      }
    }
  };

  keep(first);
  observer?.leading();
  const renewing = renew();
  try {
    check();
    await work({ lease: lost.signal, check });
  } catch (error) {
    if (!lost.signal.aborted) throw error;
  } finally {
    done.abort();
    await renewing;
    cancel();
    if (!lost.signal.aborted) await giveBack(options, held.lease);
  }
  // Work that ends by itself is not begun again at once, in a hot loop.
  if (!signal.aborted) await pause(options, signal);
}

/** So that nobody has to wait until it expires. When that fails, they wait. */
async function giveBack({ store, clock, observer }: ElectionOptions, lease: StoredLease): Promise<void> {
  try {
    const record = { ...lease, holder: '', durationSeconds: 1, renewTime: microTime(clock.now()) };
    await store.update(lease, record, new AbortController().signal);
  } catch (error) {
    observer?.failed(asPorticoError(error));
  }
}

/** Jittered, so that candidates that began together do not ask together. */
const pause = (options: ElectionOptions, signal: AbortSignal): Promise<void> =>
  options.clock.sleep(paceOf(options).retry * (0.9 + options.clock.random() / 5), signal).catch(() => undefined);
