import { address } from './laws/address.ts';
import { cluster } from './laws/cluster.ts';
import { convergence } from './laws/convergence.ts';
import { drift } from './laws/drift.ts';
import { errors } from './laws/errors.ts';
import { faults } from './laws/faults.ts';
import { foreign } from './laws/foreign.ts';
import { owners } from './laws/owners.ts';
import { purity } from './laws/purity.ts';
import { retention } from './laws/retention.ts';
import type { Bench, Law } from './law.ts';

export type { Bench, Law } from './law.ts';
export { pass, type Pass, type PassOptions } from './pass.ts';
export type { Call, Fault, FaultCode, FreshWorld, World } from './world.ts';

/** All that holds for every provider. */
export const laws: readonly Law[] = [
  ...purity,
  ...convergence,
  ...address,
  ...faults,
  ...drift,
  ...foreign,
  ...owners,
  ...errors,
  ...cluster,
  ...retention,
];

/** The `test` of a runner: that of vitest, of `node:test`, of Jest. */
export interface TestFunction {
  (name: string, body: () => Promise<void>): unknown;
  readonly skip: (name: string, body: () => Promise<void>) => unknown;
}

export interface ConformanceOptions extends Partial<Omit<Bench, 'fresh'>> {
  /** Laws that this provider does not keep, by name, each with the reason, which is printed. */
  readonly skip?: Readonly<Record<string, string>>;
}

/** Makes a test of every law. A skip that names no law is an error: it would outlive its reason. */
export function conformance(
  test: TestFunction,
  fresh: Bench['fresh'],
  { skip = {}, seed = 1, runs = 25, faultPoints = Number.POSITIVE_INFINITY }: ConformanceOptions = {},
): void {
  const unknown = Object.keys(skip).filter((name) => !laws.some((law) => law.name === name));
  if (unknown.length > 0) throw new Error(`There is no law called ${unknown.map((name) => `"${name}"`).join(', ')}.`);
  for (const law of laws) {
    const reason = skip[law.name];
    const body = (): Promise<void> => law.run({ fresh, seed, runs, faultPoints });
    if (reason === undefined) test(law.name, body);
    else test.skip(`${law.name} (skipped: ${reason})`, body);
  }
}
