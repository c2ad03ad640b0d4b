import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { storyOf } from './generate.ts';
import { defects } from './planted/defects.ts';
import { spoiled } from './planted/plant.ts';
import { run } from './run.ts';

describe('the simulation', () => {
  it('is the same every time for the same seed', async () => {
    const [one, two] = [await run(storyOf(7)), await run(storyOf(7))];
    expect(one.lines).toEqual(two.lines);
    expect(one.hash).toBe(two.hash);
    expect((await run(storyOf(8))).hash).not.toBe(one.hash);
  });

  it.each(Array.from({ length: 12 }, (_, index) => index + 1))('keeps every promise with seed %i', async (seed) => {
    const { violation, calls } = await run(storyOf(seed));
    expect(violation).toBeUndefined();
    expect(calls).toBeGreaterThan(50);
  });
});

describe('planted defects', () => {
  // Whether they are found is for `npm run sim:planted`; here, that they still can be planted.
  it.each(defects)('can be planted: $name', (defect) => {
    const source = readFileSync(join(import.meta.dirname, '../..', defect.file), 'utf8');
    expect(spoiled(source, defect)).not.toBe(source);
  });
});
