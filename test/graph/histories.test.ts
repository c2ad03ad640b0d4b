import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Applied, apply } from '../../src/graph/apply.ts';
import { plan } from '../../src/graph/plan.ts';
import { emptyGraph, type Graph, graph } from '../../src/graph/resource.ts';
import { arbitraryGraph, policies, StrictCloud } from './strict-cloud.ts';

const never = new AbortController().signal;

const converge = (cloud: StrictCloud, wanted: Graph, width: number, signal = never): Promise<Applied> =>
  apply(plan(wanted, cloud.have, policies), (step) => cloud.execute(step), { width, signal });

function expectClean(applied: Applied): void {
  expect(applied.failed.map(({ step, error }) => `${step.id}: ${error.message}`)).toEqual([]);
  expect(applied.skipped).toEqual([]);
}

const arbitraryWidth = fc.integer({ min: 1, max: 4 });

describe('random histories against a strict cloud', () => {
  it('build A, fail at call k on the way to B, retry, delete all: 20,000 of them', async () => {
    let [histories, failures] = [0, 0];
    await fc.assert(
      fc.asyncProperty(
        arbitraryGraph(),
        arbitraryGraph(),
        arbitraryWidth,
        fc.integer({ min: 1, max: 12 }),
        fc.boolean(),
        async (a, b, width, failAt, failAfter) => {
          histories += 1;
          const cloud = new StrictCloud();
          expectClean(await converge(cloud, a, width));
          expect(plan(a, cloud.have, policies).steps).toEqual([]);

          Object.assign(cloud, { calls: 0, failAt, failAfter });
          const broken = await converge(cloud, b, width);
          failures += broken.failed.length;
          expect(broken.failed.length).toBeLessThanOrEqual(1);

          cloud.failAt = 0;
          expectClean(await converge(cloud, b, width));
          expect(plan(b, cloud.have, policies).steps).toEqual([]);
          expect(new Set(cloud.have.keys())).toEqual(new Set(b.keys()));

          expectClean(await converge(cloud, emptyGraph, width));
          expect(cloud.have.size).toBe(0);
          expect(cloud.widest).toBeLessThanOrEqual(width);
        },
      ),
      { numRuns: 20_000 },
    );
    // A run cut short (tools/mutation) has too few for a share.
    expect(failures).toBeGreaterThan(histories < 20_000 ? 0 : 5000);
  });

  it('abort at call k: nothing new starts, the next pass finishes', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryGraph(), arbitraryGraph(), arbitraryWidth, fc.nat(8), async (a, b, width, abortAt) => {
        const cloud = new StrictCloud();
        expectClean(await converge(cloud, a, width));
        const stop = new AbortController();
        let started = 0;
        const steps = plan(b, cloud.have, policies);
        const applied = await apply(
          steps,
          (step) => {
            started += 1;
            if (started > abortAt) stop.abort();
            return cloud.execute(step);
          },
          { width, signal: stop.signal },
        );
        expect(applied.failed).toEqual([]);
        expect(started).toBeLessThanOrEqual(abortAt + width);
        expect(applied.done.length + applied.skipped.length).toBe(steps.steps.length);
        expectClean(await converge(cloud, b, width));
        expect(plan(b, cloud.have, policies).steps).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('the plan does not depend on the order of its inputs, and survives JSON', () => {
    fc.assert(
      fc.property(arbitraryGraph(), arbitraryGraph(), (a, b) => {
        const turned = (g: Graph): Graph => graph([...g.values()].toReversed());
        const made = plan(b, a, policies);
        expect(plan(turned(b), turned(a), policies)).toEqual(made);
        expect(JSON.parse(JSON.stringify(made))).toEqual(made);
      }),
      { numRuns: 2_000 },
    );
  });

  it('every step comes after what it waits for', () => {
    fc.assert(
      fc.property(arbitraryGraph(), arbitraryGraph(), (a, b) => {
        const seen = new Set<string>();
        const { steps } = plan(b, a, policies);
        const all = new Set<string>(steps.map((step) => step.id));
        for (const step of steps) {
          for (const before of step.after) if (all.has(before)) expect(seen).toContain(before);
          seen.add(step.id);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
