import fc from 'fast-check';
import type { FieldPolicy, Policies, Step } from '../../src/graph/plan.ts';
import {
  type Graph,
  graph,
  type Ref,
  type Resource,
  type ResourceId,
  ref,
  refsOf,
  resource,
} from '../../src/graph/resource.ts';

/** A kind with one field of each policy, so that every verdict of the planner occurs. */
export interface BoxSpec {
  readonly size: number;
  readonly fixed: number;
  readonly uses: readonly Ref[];
}

export const policies: Policies = {
  box: { fields: { size: 'update', fixed: 'replace', uses: 'update' } satisfies FieldPolicy<BoxSpec>, loses: 'none' },
  pin: {
    fields: { size: 'update', fixed: 'replace', uses: 'replace' } satisfies FieldPolicy<BoxSpec>,
    loses: 'traffic',
  },
};

/** Refuses what any cloud refuses: bad order, removal of what is used, a change of what cannot change. */
export class StrictCloud {
  readonly have = new Map<ResourceId, Resource>();
  calls = 0;
  /** The call that fails, counted from 1; 0 for none. */
  failAt = 0;
  /** Whether the failing call has done its work first, as when an answer is lost. */
  failAfter = false;
  running = 0;
  widest = 0;

  async execute(step: Step): Promise<void> {
    this.running += 1;
    this.widest = Math.max(this.widest, this.running);
    try {
      await Promise.resolve();
      this.calls += 1;
      const fails = this.calls === this.failAt;
      if (fails && !this.failAfter) throw new Error('injected before');
      this.work(step);
      if (fails) throw new Error('injected after');
    } finally {
      this.running -= 1;
    }
  }

  private work({ id, op, resource: wanted }: Step): void {
    const held = this.have.get(wanted.id);
    const must = (holds: boolean, message: string): void => {
      if (!holds) throw new Error(`${id}: ${message}`);
    };
    if (op === 'delete') {
      must(held !== undefined, 'absent');
      for (const other of this.have.values()) must(!refsOf(other.spec).includes(wanted.id), `used by ${other.id}`);
      this.have.delete(wanted.id);
      return;
    }
    for (const needed of refsOf(wanted.spec)) must(this.have.has(needed), `${needed} is missing`);
    if (op === 'create') must(held === undefined, 'exists');
    else {
      must(held !== undefined, 'absent');
      const [before, after] = [held?.spec as BoxSpec, wanted.spec as BoxSpec];
      must(before.fixed === after.fixed, 'immutable');
      if (wanted.kind === 'pin') must(refsOf(before).join() === refsOf(after).join(), 'immutable');
    }
    this.have.set(wanted.id, wanted);
  }
}

interface Cell {
  readonly kind: 'absent' | 'box' | 'pin';
  readonly size: number;
  readonly fixed: number;
  readonly mask: number;
}

/** Graphs of up to `most` resources in which each may use any before it. */
export const arbitraryGraph = (most = 7): fc.Arbitrary<Graph> =>
  fc
    .array(
      fc.record<Cell>({
        kind: fc.constantFrom('absent', 'box', 'pin'),
        size: fc.nat(2),
        fixed: fc.nat(1),
        mask: fc.nat(2 ** most - 1),
      }),
      { maxLength: most },
    )
    .map((cells) => {
      const present = cells.flatMap(({ kind, ...cell }, index) =>
        kind === 'absent' ? [] : [{ ...cell, kind, index }],
      );
      return graph(
        present.map(({ kind, size, fixed, mask, index }) => {
          const uses = present
            .filter((other) => other.index < index && ((mask >> other.index) & 1) === 1)
            .map((other) => ref(other.kind, `n${other.index}`));
          return resource(kind, `n${index}`, { size, fixed, uses } satisfies BoxSpec);
        }),
      );
    });
