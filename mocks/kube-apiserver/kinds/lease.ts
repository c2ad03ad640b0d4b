import { at, objectOf } from '../json.ts';
import type { FieldError, KubeObject } from '../kind.ts';
import { leaseSchema } from '../schema/coordination.ts';
import { invalidValue } from '../validation/field-error.ts';
import { dnsSubdomainName } from '../validation/names.ts';
import { strategyOf, withSpec } from './strategy.ts';

export const leaseStrategy = strategyOf({
  schema: leaseSchema,
  namespaced: true,
  name: dnsSubdomainName,
  prepareCreate: withoutCoordination,
  prepareUpdate: withoutCoordination,
  validate: wrongLease,
});

/** Fields of coordinated election, which this server has not switched on. */
function withoutCoordination(lease: KubeObject): KubeObject {
  const { strategy, preferredHolder } = objectOf(lease['spec']);
  return strategy === undefined && preferredHolder === undefined
    ? lease
    : withSpec(lease, { strategy: undefined, preferredHolder: undefined });
}

function wrongLease(lease: KubeObject): readonly FieldError[] {
  const seconds = at(lease, 'spec', 'leaseDurationSeconds');
  const transitions = at(lease, 'spec', 'leaseTransitions');
  return [
    ...(typeof seconds === 'number' && seconds <= 0
      ? [invalidValue('spec.leaseDurationSeconds', seconds, 'must be greater than 0')]
      : []),
    ...(typeof transitions === 'number' && transitions < 0
      ? [invalidValue('spec.leaseTransitions', transitions, 'must be greater than or equal to 0')]
      : []),
  ];
}
