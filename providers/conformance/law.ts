import type { FreshWorld, World } from './world.ts';

/** Something that every provider does, as a check that throws when this one does not. */
export interface Law {
  readonly name: string;
  readonly run: (bench: Bench) => Promise<void>;
}

/** Where the laws are tried, and how hard. */
export interface Bench {
  readonly fresh: FreshWorld;
  /** Of everything that is generated; the same seed gives the same cases. */
  readonly seed: number;
  /** Random cases per property. */
  readonly runs: number;
  /** At how many calls of one history a fault is tried, spread over it evenly. */
  readonly faultPoints: number;
}

/** Runs a case in a world of its own. */
export async function inWorld<T>({ fresh }: Bench, body: (world: World) => Promise<T>): Promise<T> {
  const world = await fresh();
  try {
    return await body(world);
  } finally {
    await world.close();
  }
}

/** What fast-check is told about a property. */
export const sampling = ({ seed, runs }: Bench) => ({ seed, numRuns: runs, endOnFailure: true });
