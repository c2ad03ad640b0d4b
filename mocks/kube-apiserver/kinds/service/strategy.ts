import { at, listOf, textOf } from '../../json.ts';
import type { KubeObject } from '../../kind.ts';
import { serviceSchema } from '../../schema/service.ts';
import { dnsLabelName } from '../../validation/names.ts';
import { strategyOf } from '../strategy.ts';
import { allocateService, claimsOf } from './allocate.ts';
import { defaultService } from './defaults.ts';
import { isHeadless, specOf, typeOf } from './fields.ts';
import { dropForeignFields } from './transition.ts';
import { wrongService, wrongServiceChange, wrongServiceStatus } from './validate.ts';

export const serviceStrategy = strategyOf({
  schema: serviceSchema,
  namespaced: true,
  name: dnsLabelName,
  status: true,
  rejudgesMetadata: true,
  defaults: defaultService,
  prepareUpdate: dropForeignFields,
  validate: wrongService,
  validateChange: wrongServiceChange,
  validateStatus: wrongServiceStatus,
  warnings,
  allocate: allocateService,
  claims: claimsOf,
});

const oldHints = 'service.kubernetes.io/topology-aware-hints';

function warnings(service: KubeObject): readonly string[] {
  const spec = specOf(service);
  const ignored = (field: string): string => `spec.${field} is ignored when spec.clusterIP is "None"`;
  const externalIPs = listOf(spec['externalIPs']).length > 0;
  return [
    ...(at(service.metadata, 'annotations', oldHints) === undefined
      ? []
      : [`annotation ${oldHints} is deprecated, please use service.kubernetes.io/topology-mode instead`]),
    ...(isHeadless(service)
      ? [
          ...(textOf(spec['loadBalancerIP']) === '' ? [] : [ignored('loadBalancerIP')]),
          ...(externalIPs ? [ignored('externalIPs')] : []),
          ...(spec['sessionAffinity'] === 'None' ? [] : [ignored('SessionAffinity')]),
        ]
      : []),
    ...(externalIPs ? ['spec.externalIPs is deprecated and may no longer be implemented in some clusters'] : []),
    ...(textOf(spec['externalName']) !== '' && typeOf(service) !== 'ExternalName'
      ? ['spec.externalName is ignored when spec.type is not "ExternalName"']
      : []),
    ...(spec['trafficDistribution'] === 'PreferClose'
      ? ['spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"']
      : []),
  ];
}
