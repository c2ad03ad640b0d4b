import { text, texts } from '../compute/fields.ts';
import { lastSegment, pathOfUrl, type ResourcePath, urlOf } from '../paths.ts';
import type { Kind } from './kind.ts';

/**
 * A GCE_VM_IP group: machines of one zone, by their primary address, for one Service. A machine may be in any number.
 * https://cloud.google.com/load-balancing/docs/negs/zonal-neg-concepts
 */
export interface EndpointGroupSpec {
  readonly zone: string;
  readonly network: ResourcePath;
  readonly subnetwork: ResourcePath;
  /** Names of machines, sorted. */
  readonly members: readonly string[];
}

export const endpointGroup: Kind<EndpointGroupSpec> = {
  collection: 'networkEndpointGroups',
  policy: {
    fields: { zone: 'replace', network: 'replace', subnetwork: 'replace', members: 'update' },
    loses: 'traffic',
  },
  fields: ['zone', 'network', 'subnetwork', 'members'],
  specOf: (body) => ({
    zone: lastSegment(text(body, 'zone') ?? ''),
    network: pathOfUrl(text(body, 'network')) ?? 'projects/',
    subnetwork: pathOfUrl(text(body, 'subnetwork')) ?? 'projects/',
    members: texts(body, 'members').toSorted(),
  }),
  bodyOf: ({ network, subnetwork }) => ({
    networkEndpointType: 'GCE_VM_IP',
    network: urlOf(network),
    subnetwork: urlOf(subnetwork),
  }),
};
