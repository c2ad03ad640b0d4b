import { describe, expect, it } from 'vitest';
import { type Bench, laws } from '../../../providers/conformance/index.ts';
import { mockWorld } from '../mock/world.ts';
import { defects } from './defects.ts';

/** Laws that never fail are no laws. */
describe('an adapter that', () => {
  const cases = defects.flatMap(({ title, plant, caughtBy }) => caughtBy.map((name) => ({ title, plant, name })));

  it.each(cases)('$title breaks the law: $name', async ({ plant, name }) => {
    const law = laws.find((each) => each.name === name);
    expect(law).toBeDefined();
    const bench: Bench = {
      fresh: () => mockWorld({ wrap: plant }),
      seed: 1,
      runs: 25,
      faultPoints: Number.POSITIVE_INFINITY,
    };
    await expect(law?.run(bench)).rejects.toBeInstanceOf(Error);
  });
});
