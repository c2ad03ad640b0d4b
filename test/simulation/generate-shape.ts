import type { Chance } from './chance.ts';
import type { Story } from './story.ts';

/** How large a story is, before anything in it is drawn. */
export interface Shape extends Pick<Story, 'clusters' | 'election' | 'sweepMs'> {
  /** Number of things that happen after the beginning. */
  readonly count: number;
  /** Milliseconds until the next of them. */
  readonly gap: () => number;
}

/**
 * Most stories are small: nearly every defect needs few things to happen, and two small stories try more than one large
 * one in the same time. Where leaders are elected, virtual time costs calls, so that there it mostly goes on faster.
 */
export function drawShape(chance: Chance): Shape {
  const clusters = chance.yes(0.12) ? ['blue', 'green'] : ['blue'];
  const election = chance.yes(0.3);
  const sweepMs = chance.yes(election ? 0.85 : 0.3) ? 30_000 : 120_000;
  const count = chance.weighted([
    [6, chance.int(3, 8)],
    [5, chance.int(8, 15)],
    [2, chance.int(15, 28)],
  ]);
  const gap = (): number =>
    chance.weighted([
      [5, chance.int(5, 500)],
      [4, chance.int(500, 5000)],
      [2, chance.int(5000, Math.min(30_000, sweepMs / 2))],
      [1, chance.int(sweepMs / 4, sweepMs + 30_000)],
    ]);
  return { clusters, election, sweepMs, count, gap };
}
