import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKubeApi, type KubeApi } from '../../mocks/kube-apiserver/api.ts';
import { asPorticoError, PorticoError } from '../../src/errors.ts';
import { type ElectionOptions, type Term, usualPace, whileLeading } from '../../src/kube/election.ts';
import { leaseStore } from '../../src/kube/lease.ts';
import type { KubeRequest, KubeResponse, KubeTransport } from '../../src/kube/transport.ts';
import { inThreadTransport } from '../in-thread-transport.ts';
import { virtualClock, type VirtualClock } from '../virtual-clock.ts';

interface Candidate {
  readonly name: string;
  /** Whether its work runs, as it believes itself. */
  readonly working: () => boolean;
  /** Whether a write of its work would be let through now. */
  readonly mayWrite: () => boolean;
  readonly terms: () => number;
  readonly heard: string[];
  stop(): Promise<void>;
  /** It does nothing any more, not even give the Lease back. */
  kill(): void;
}

interface World {
  readonly clock: VirtualClock;
  readonly kube: KubeApi;
  /** What happens to each request; by default it is let through. */
  trouble: (transport: KubeTransport, candidate: string) => (asked: KubeRequest) => Promise<KubeResponse>;
  readonly join: (name: string) => Candidate;
  readonly lease: () => Promise<Record<string, unknown>>;
}

const path = '/apis/coordination.k8s.io/v1/namespaces/default/leases/portico';

const through: World['trouble'] = (transport) => (asked) => transport.request(asked);

function world(seed = 1): World {
  const clock = virtualClock({ seed });
  const kube = createKubeApi({ clock, seed });
  const direct = inThreadTransport(kube);
  const made: World = {
    clock,
    kube,
    trouble: through,
    lease: async () => {
      const answer = await kube.handle({
        method: 'GET',
        path,
        headers: {},
        body: undefined,
        signal: new AbortController().signal,
      });
      return (JSON.parse(new TextDecoder().decode(answer.body as Uint8Array)) as { spec: Record<string, unknown> })
        .spec;
    },
    join: (name) => {
      const stop = new AbortController();
      const heard: string[] = [];
      let term: Term | undefined;
      let terms = 0;
      let dead = false;
      const transport: KubeTransport = {
        request: (asked) => (dead ? new Promise(() => undefined) : made.trouble(direct, name)(asked)),
        close: async () => undefined,
      };
      const options: ElectionOptions = {
        store: leaseStore(transport, clock, { namespace: 'default', name: 'portico' }, 4000),
        clock,
        identity: name,
        observer: {
          following: (holder) => heard.push(`following ${holder}`),
          leading: () => heard.push('leading'),
          lost: (why) => heard.push(`lost: ${why}`),
          failed: ({ code }) => heard.push(`failed: ${code}`),
        },
      };
      const work = async (given: Term): Promise<void> => {
        term = given;
        terms += 1;
        await new Promise<void>((resolve) => {
          for (const signal of [given.lease, stop.signal]) signal.addEventListener('abort', () => resolve());
        });
        term = undefined;
      };
      const ended = whileLeading(options, work, stop.signal);
      return {
        name,
        heard,
        working: () => !dead && term !== undefined,
        mayWrite: () => {
          if (dead || term === undefined) return false;
          try {
            term.check();
            return true;
          } catch (error) {
            expect(asPorticoError(error).code).toBe('aborted');
            return false;
          }
        },
        terms: () => terms,
        stop: async () => {
          stop.abort();
          await clock.run(ended, 60_000);
        },
        kill: () => {
          dead = true;
        },
      };
    },
  };
  return made;
}

describe('an election by Lease', () => {
  it('the first takes it at once, the second follows and takes over within a moment when it is given back', async () => {
    const { clock, join, lease } = world();
    const a = join('a');
    await clock.until(a.working, 100);
    expect(await lease()).toMatchObject({ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 });
    const b = join('b');
    await clock.advance(60_000);
    expect([a.working(), b.working(), b.heard]).toEqual([true, false, ['following a']]);
    await a.stop();
    expect(await lease()).toMatchObject({ holderIdentity: '', leaseTransitions: 0 });
    await clock.until(b.working, 2 * usualPace.retry);
    expect(await lease()).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
  });

  it('a holder that dies is followed after the duration of the Lease, not before', async () => {
    const { clock, join } = world();
    const a = join('a');
    await clock.until(a.working, 100);
    const b = join('b');
    await clock.advance(30_000);
    a.kill();
    const since = clock.monotonic();
    await clock.until(b.working, 60_000);
    const took = clock.monotonic() - since;
    expect(took).toBeGreaterThan(usualPace.duration - 2 * usualPace.retry);
    expect(took).toBeLessThan(usualPace.duration + 2 * usualPace.retry);
  });

  it('a holder that cannot renew stops before anybody may take over, and stands by again', async () => {
    const here = world();
    const a = here.join('a');
    await here.clock.until(a.working, 100);
    const b = here.join('b');
    await here.clock.advance(10_000);
    here.trouble = (direct, name) =>
      name === 'a' ? () => Promise.reject(new PorticoError('unreachable', 'no route')) : through(direct, name);
    await here.clock.until(() => !a.working(), usualPace.renewDeadline);
    expect(b.working()).toBe(false);
    await here.clock.until(b.working, usualPace.duration);
    here.trouble = through;
    await here.clock.advance(10_000);
    expect(a.heard.at(-1)).toBe('following b');
    await b.stop();
    await here.clock.until(a.working, 2 * usualPace.retry);
    expect(a.terms()).toBe(2);
  });

  it('a process that was stopped and goes on may not write, though no timer has told it yet', async () => {
    const { kube } = world();
    let now = 0;
    const frozen = virtualClock();
    const clock = { ...frozen, now: () => now, monotonic: () => now };
    let term: Term | undefined;
    const stop = new AbortController();
    const options = {
      store: leaseStore(inThreadTransport(kube), clock, { namespace: 'default', name: 'portico' }, 4000),
      clock,
      identity: 'a',
    };
    const ended = whileLeading(
      options,
      async (given) => {
        term = given;
        await new Promise<void>((resolve) => given.lease.addEventListener('abort', () => resolve()));
        stop.abort();
      },
      stop.signal,
    );
    await frozen.until(() => term !== undefined);
    term?.check();
    now += usualPace.renewDeadline;
    expect(() => term?.check()).toThrow(/leads no longer: the Lease could not be renewed for 10 s/);
    expect(term?.lease.aborted).toBe(true);
    await frozen.run(ended);
  });

  it.each([
    ['was deleted', { method: 'DELETE', body: undefined }, /the Lease was deleted/],
    ['was taken by force', { method: 'PATCH', body: { spec: { holderIdentity: 'c' } } }, /c holds the Lease/],
  ])('a Lease that %s ends the term', async (_title, { method, body }, why) => {
    const { clock, kube, join } = world();
    const a = join('a');
    await clock.until(a.working, 100);
    await clock.advance(5000);
    await kube.handle({
      method,
      path,
      headers: { 'content-type': 'application/merge-patch+json' },
      body: body && new TextEncoder().encode(JSON.stringify(body)),
      signal: new AbortController().signal,
    });
    await clock.until(() => !a.working(), 2 * usualPace.retry);
    expect(a.heard.find((line) => line.startsWith('lost'))).toMatch(why);
  });

  it('an edit of the Lease that leaves the holder, or a renewal whose answer is lost, changes nothing', async () => {
    const here = world();
    const a = here.join('a');
    await here.clock.until(a.working, 100);
    let lose = 3;
    here.trouble = (direct) => async (asked) => {
      const answer = await direct.request(asked);
      if (asked.method === 'PATCH' && lose > 0) {
        lose -= 1;
        throw new PorticoError('unreachable', 'reset');
      }
      return answer;
    };
    await here.clock.advance(60_000);
    expect(lose).toBe(0);
    expect([a.terms(), a.working()]).toEqual([1, true]);
  });

  it('whatever fails, never two may write, and when nothing fails any more one does', async () => {
    const fault = fc.constantFrom('none', 'none', 'before', 'after', 'hang', 'slow', 'cut');
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.array(fc.tuple(fault, fc.integer({ min: 0, max: 14_000 })), { minLength: 5, maxLength: 60 }),
        fc.array(
          fc.record({
            who: fc.constantFrom('a', 'b', 'c'),
            from: fc.integer({ min: 0, max: 90_000 }),
            ms: fc.integer({ min: 1000, max: 40_000 }),
          }),
          { maxLength: 4 },
        ),
        async (seed, faults, outages) => {
          const here = world(seed);
          const left = [...faults];
          here.trouble = (direct, name) => async (asked) => {
            const now = here.clock.monotonic();
            if (outages.some(({ who, from, ms }) => who === name && now >= from && now < from + ms)) {
              throw new PorticoError('unreachable', 'no route');
            }
            const [kind, ms] = left.shift() ?? ['none', 0];
            if (kind === 'before') throw new PorticoError('unreachable', 'reset');
            if (kind === 'hang') return new Promise(() => undefined);
            if (kind === 'slow') await here.clock.sleep(ms, new AbortController().signal);
            const answer = await direct.request(asked);
            if (kind === 'cut') await here.clock.sleep(ms, new AbortController().signal);
            if (kind === 'after') throw new PorticoError('unreachable', 'reset');
            return answer;
          };
          const all = ['a', 'b', 'c'].map((name) => here.join(name));
          let idle = 0;
          for (
            let step = 0;
            step < 600 && (left.length > 0 || idle < 40 || here.clock.monotonic() < 170_000);
            step += 1
          ) {
            await here.clock.advance(1000);
            expect(all.filter((each) => each.mayWrite()).length).toBeLessThanOrEqual(1);
            if (left.length === 0) idle += 1;
          }
          expect(left).toEqual([]);
          expect(all.filter((each) => each.mayWrite())).toHaveLength(1);
        },
      ),
      { numRuns: 25 },
    );
  });
});
