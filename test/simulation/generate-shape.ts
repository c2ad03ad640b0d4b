import type { Chance } from './chance.ts';
import type { Story } from './story.ts';

/** How large a story is, before anything in it is drawn. */
export interface Shape extends Required<Pick<Story, 'clusters' | 'election' | 'leaseMs' | 'sweepMs'>> {
  /** What Services may be called: some are there from the beginning. */
  readonly names: readonly string[];
  readonly servicesAtFirst: number;
  readonly nodes: number;
  /** Number of things that happen after the beginning, and when the first of them may. */
  readonly count: number;
  readonly begins: number;
  /** How likely each of them is a whole situation. */
  readonly situations: number;
  /** How often a Service comes under a policy. */
  readonly restraints: number;
  /** Milliseconds until the next thing happens. */
  readonly gap: () => number;
}

/**
 * Most stories are small: nearly every defect needs few things to happen to one or two Services, and many small stories try
 * more than one large one in the same time. What needs much is tried by the few that are large.
 */
export function drawShape(chance: Chance): Shape {
  return chance.weighted<(chance: Chance) => Shape>([
    [38, small],
    [4, middling],
    [1, large],
  ])(chance);
}

/** Virtual time costs calls where leaders are elected, so that there it mostly goes on faster, and Leases last longer. */
const pace = (chance: Chance, election: boolean): Pick<Shape, 'election' | 'leaseMs' | 'sweepMs' | 'gap'> => {
  const sweepMs = chance.yes(election ? 0.85 : 0.12) ? 30_000 : 120_000;
  return {
    election,
    leaseMs: chance.yes(0.3) ? 15_000 : 30_000,
    sweepMs,
    gap: () =>
      chance.weighted([
        [5, chance.int(5, 500)],
        [4, chance.int(500, 5000)],
        [2, chance.int(5000, Math.min(30_000, sweepMs / 2))],
        [1, chance.int(sweepMs / 4, sweepMs + 30_000)],
      ]),
  };
};

/** One Service that something happens to, while its balancer is made or after that. */
function small(chance: Chance): Shape {
  const names = ['web', 'api'].slice(0, chance.yes(0.75) ? 1 : 2);
  return {
    ...pace(chance, chance.yes(0.08)),
    clusters: ['blue'],
    names,
    servicesAtFirst: chance.int(1, names.length),
    nodes: chance.yes(0.8) ? 1 : 2,
    count: chance.int(1, 4),
    begins: chance.pick([0, chance.int(6000, 25_000)]),
    situations: 0.35,
    restraints: chance.yes(0.15) ? 1 : 0,
  };
}

function middling(chance: Chance): Shape {
  return {
    ...pace(chance, chance.yes(0.2)),
    clusters: chance.yes(0.2) ? ['blue', 'green'] : ['blue'],
    names: ['web', 'api', 'db'],
    servicesAtFirst: chance.int(1, 2),
    nodes: chance.int(1, 3),
    count: chance.int(4, 9),
    begins: 0,
    situations: 0.2,
    restraints: chance.int(0, 1),
  };
}

function large(chance: Chance): Shape {
  return {
    ...pace(chance, chance.yes(0.3)),
    clusters: chance.yes(0.3) ? ['blue', 'green'] : ['blue'],
    names: ['web', 'api', 'db', 'mail'],
    servicesAtFirst: chance.int(1, 2),
    nodes: chance.int(1, 3),
    count: chance.int(10, 28),
    begins: 0,
    situations: 0.15,
    restraints: chance.int(0, 3),
  };
}
