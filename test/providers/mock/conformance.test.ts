import { describe, test } from 'vitest';
import { conformance } from '../../../providers/conformance/index.ts';
import { mockWorld } from './world.ts';

describe('the mock provider', () => {
  conformance(test, () => mockWorld());
});
