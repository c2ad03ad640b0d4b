import { expect, it } from 'vitest';
import { conformance, laws, type TestFunction } from '../../../providers/conformance/index.ts';
import { mockWorld } from '../mock/world.ts';

function recorder() {
  const run: string[] = [];
  const skipped: string[] = [];
  const test: TestFunction = Object.assign((name: string) => run.push(name), {
    skip: (name: string) => skipped.push(name),
  });
  return { test, run, skipped };
}

const [first] = laws.map((law) => law.name);

it('makes a test of every law, each with its own name', () => {
  const { test, run } = recorder();
  conformance(test, () => mockWorld());
  expect(run).toEqual(laws.map((law) => law.name));
  expect(new Set(run).size).toBe(run.length);
});

it('says why a law is skipped', () => {
  const { test, run, skipped } = recorder();
  conformance(test, () => mockWorld(), { skip: { [first ?? '']: 'the cloud has no memory' } });
  expect(skipped).toEqual([`${first} (skipped: the cloud has no memory)`]);
  expect(run).not.toContain(first);
});

it('refuses to skip what is no law', () => {
  expect(() => {
    conformance(recorder().test, () => mockWorld(), { skip: { 'a law of the past': 'forgotten' } });
  }).toThrow('There is no law called "a law of the past".');
});
