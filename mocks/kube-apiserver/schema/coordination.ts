import { int32, microTime, pointer, shape, struct, text, topLevel } from './build.ts';
import { objectMeta } from './meta.ts';

const pkg = 'io.k8s.api.coordination.v1';

const leaseSpec = shape(`${pkg}.LeaseSpec`, 'Who holds a lease, and until when.', {
  holderIdentity: text('Who holds the lease.', pointer),
  leaseDurationSeconds: int32('Seconds after renewTime for which others must wait.', pointer),
  acquireTime: microTime('When the holder took the lease.', pointer),
  renewTime: microTime('When the holder last renewed the lease.', pointer),
  leaseTransitions: int32('How often the lease changed hands.', pointer),
  strategy: text('How the holder is chosen in a coordinated election.', {
    pointer: true,
    goType: 'v1.CoordinatedLeaseStrategy',
  }),
  preferredHolder: text('Who should take the lease over.', pointer),
});

export const leaseSchema = topLevel(`${pkg}.Lease`, 'A claim that one holder has for a time.', objectMeta, {
  spec: struct(leaseSpec, 'Content of the lease.'),
});
