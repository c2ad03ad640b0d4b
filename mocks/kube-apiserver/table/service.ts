import { at, isObject, listOf, scalarText, textOf, type Json } from '../json.ts';
import type { KubeObject } from '../kind.ts';
import { ageColumn, column, formatLabels, nameColumn, orNone, table, wide } from './build.ts';

export const serviceTable = table(
  nameColumn,
  column('Type', 'How the Service is exposed.', (service) => textOf(at(service, 'spec', 'type'))),
  column('Cluster-IP', 'Address inside the cluster.', (service) => orNone(textOf(at(service, 'spec', 'clusterIP')))),
  column('External-IP', 'Addresses and names at which it is reached from outside.', externalIp),
  column('Port(s)', 'Ports, with their node ports.', (service) => ports(at(service, 'spec', 'ports'))),
  ageColumn,
  wide('Selector', 'Labels of the pods that serve it.', (service) => formatLabels(at(service, 'spec', 'selector'))),
);

function ports(value: Json | undefined): string {
  const texts = listOf(value)
    .filter(isObject)
    .map(
      ({ port, nodePort, protocol }) =>
        `${scalarText(port)}${nodePort ? `:${scalarText(nodePort)}` : ''}/${textOf(protocol)}`,
    );
  return orNone(texts.join(','));
}

function externalIp(service: KubeObject): string {
  const external = listOf(at(service, 'spec', 'externalIPs')).map(textOf);
  switch (textOf(at(service, 'spec', 'type'))) {
    case 'ClusterIP':
    case 'NodePort':
      return orNone(external.join(','));
    case 'LoadBalancer': {
      const balancer = ingresses(service);
      const all = [...(balancer === '' ? [] : balancer.split(',')), ...external];
      return all.length === 0 ? '<pending>' : all.join(',');
    }
    case 'ExternalName':
      return textOf(at(service, 'spec', 'externalName'));
    default:
      return '<unknown>';
  }
}

/** The set of all addresses and host names, sorted. */
function ingresses(service: KubeObject): string {
  const found = listOf(at(service, 'status', 'loadBalancer', 'ingress'))
    .filter(isObject)
    .map(({ ip, hostname }) => textOf(ip) || textOf(hostname))
    .filter((text) => text !== '');
  return [...new Set(found)].toSorted().join(',');
}
