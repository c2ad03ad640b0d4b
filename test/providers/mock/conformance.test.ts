import { describe, test } from 'vitest';
import { conformance } from '../../../providers/conformance/index.ts';
import { mockWorld } from './world.ts';

describe('the mock provider', () => {
  conformance(test, () => mockWorld());
});

// What a crash leaves behind is then still being done when the next process looks.
describe('the mock provider over a cloud that takes its time', () => {
  conformance(test, () => mockWorld({ latencyMs: 3 }), { runs: 10 });
});
