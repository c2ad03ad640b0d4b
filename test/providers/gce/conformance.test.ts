import { describe, test } from 'vitest';
import { conformance } from '../../../providers/conformance/index.ts';
import { gceHttpWorld, gceWorld } from './world.ts';

describe('the GCE provider', () => {
  conformance(test, () => gceWorld(), { runs: 12 });
});

describe('the GCE provider over a cloud that takes its time', () => {
  conformance(test, () => gceWorld({ latencyMs: 20 }), { runs: 5, faultPoints: 12 });
});

describe('the GCE provider with endpoint groups', () => {
  conformance(test, () => gceWorld({ settings: { backends: { kind: 'endpoint-groups' } } }), {
    runs: 5,
    faultPoints: 12,
    skip: {
      'the shared graph follows the nodes as they come, go and move, and Services keep their zones':
        'nothing of the shared graph is in zones: each Service has its own groups',
    },
  });
});

describe('the GCE provider with addresses that are only held', () => {
  const unreserved = 'an address that is only held ends with its rule, and is no resource that could be deleted';
  conformance(test, () => gceWorld({ options: { 'address-policy': 'hold' } }), {
    runs: 5,
    faultPoints: 12,
    skip: {
      'whatever is deleted from outside is made again, at the same address while anything holds it': unreserved,
      'the loss of everything at once is mended': unreserved,
      'deleting what is gone already is done': unreserved,
    },
  });
});

describe('the GCE provider with the official client over HTTP', () => {
  conformance(test, () => gceHttpWorld(), { runs: 2, faultPoints: 2 });
});
