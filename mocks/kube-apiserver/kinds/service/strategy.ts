import { at, textOf } from '../../json.ts';
import type { KubeObject } from '../../kind.ts';
import { serviceSchema } from '../../schema/service.ts';
import { oddCidr, oddIp } from '../../validation/addresses.ts';
import { dnsLabelName } from '../../validation/names.ts';
import { strategyOf } from '../strategy.ts';
import { allocateService, claimsOf } from './allocate.ts';
import { defaultService } from './defaults.ts';
import { clusterIPsOf, isHeadless, specOf, textsOf, typeOf } from './fields.ts';
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
  const ignored = (field: string): string => `spec.${field} is ignored for headless services`;
  const externalIPs = textsOf(spec['externalIPs']);
  const headless = isHeadless(service) && typeOf(service) === 'ClusterIP';
  const external = typeOf(service) === 'ExternalName';
  const loadBalancerIP = textOf(spec['loadBalancerIP']);
  return [
    ...(at(service.metadata, 'annotations', oldHints) === undefined
      ? []
      : [`annotation ${oldHints} is deprecated, please use service.kubernetes.io/topology-mode instead`]),
    ...(isHeadless(service)
      ? []
      : clusterIPsOf(service).flatMap((ip, index) => oddIp(`spec.clusterIPs[${index}]`, ip))),
    ...(headless
      ? [
          ...(loadBalancerIP === '' ? [] : [ignored('loadBalancerIP')]),
          ...(externalIPs.length === 0 ? [] : [ignored('externalIPs')]),
          ...(spec['sessionAffinity'] === 'None' ? [] : [ignored('SessionAffinity')]),
        ]
      : []),
    ...externalIPs.flatMap((ip, index) => oddIp(`spec.externalIPs[${index}]`, ip)),
    ...(externalIPs.length === 0 || headless || external
      ? []
      : ['spec.externalIPs is deprecated and may no longer be implemented in some clusters']),
    ...oddIp('spec.loadBalancerIP', loadBalancerIP),
    ...textsOf(spec['loadBalancerSourceRanges']).flatMap((range, index) =>
      oddCidr(`spec.loadBalancerSourceRanges[${index}]`, range),
    ),
    ...(external && externalIPs.length > 0 ? ['spec.externalIPs is ignored when spec.type is "ExternalName"'] : []),
    ...(textOf(spec['externalName']) !== '' && !external
      ? ['spec.externalName is ignored when spec.type is not "ExternalName"']
      : []),
    ...(spec['trafficDistribution'] === 'PreferClose'
      ? ['spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"']
      : []),
  ];
}
