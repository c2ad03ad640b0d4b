import type { Ref, SharedRef } from '../../../src/graph/resource.ts';
import type { Scheme } from '../../../src/model/intent.ts';
import { list, number, record, text, texts } from '../compute/fields.ts';
import { pathOfUrl, urlOf } from '../paths.ts';
import { schemeOf } from './address.ts';
import type { Kind } from './kind.ts';

/** UNSPECIFIED carries whatever an L3_DEFAULT rule sends: TCP and UDP. */
export type BackendProtocol = 'TCP' | 'UDP' | 'UNSPECIFIED';

/** https://cloud.google.com/compute/docs/reference/rest/v1/regionBackendServices */
export interface BackendServiceSpec {
  readonly scheme: Scheme;
  readonly protocol: BackendProtocol;
  readonly healthCheck: Ref | SharedRef | string;
  /** Groups of nodes, sorted. */
  readonly groups: readonly (Ref | SharedRef | string)[];
  readonly affinity: string;
  /** How long a client keeps its node without traffic; null where the cloud decides. */
  readonly affinitySeconds: number | null;
  /** How long open connections may finish when a node leaves. */
  readonly drainingSeconds: number;
  /** Whether nodes get shares by the number of pods that their health-check answers tell. */
  readonly weighted: boolean;
}

export const backendService: Kind<BackendServiceSpec> = {
  collection: 'regionBackendServices',
  policy: {
    fields: {
      scheme: 'replace',
      protocol: 'replace',
      healthCheck: 'update',
      groups: 'update',
      affinity: 'update',
      affinitySeconds: 'update',
      drainingSeconds: 'update',
      weighted: 'update',
    },
    loses: 'traffic',
  },
  fields: [
    'description',
    'loadBalancingScheme',
    'protocol',
    'healthChecks',
    'backends',
    'sessionAffinity',
    'connectionDraining',
    'connectionTrackingPolicy',
    'localityLbPolicy',
    'fingerprint',
  ],
  specOf: (body, { refTo }) => {
    const reference = (url: string | null): Ref | SharedRef | string => {
      const path = pathOfUrl(url);
      return path === undefined ? (url ?? '') : refTo(path);
    };
    const tracking = record(body, 'connectionTrackingPolicy');
    return {
      scheme: schemeOf(text(body, 'loadBalancingScheme')),
      protocol: protocolOf(text(body, 'protocol')),
      healthCheck: reference(texts(body, 'healthChecks')[0] ?? null),
      groups: list(body, 'backends')
        .map((backend) => reference(text(backend, 'group')))
        .toSorted(byText),
      affinity: text(body, 'sessionAffinity') ?? 'NONE',
      affinitySeconds: text(tracking, 'trackingMode') === 'PER_SESSION' ? number(tracking, 'idleTimeoutSec') : null,
      drainingSeconds: number(record(body, 'connectionDraining'), 'drainingTimeoutSec') ?? 0,
      weighted: text(body, 'localityLbPolicy')?.startsWith('WEIGHTED_') === true,
    };
  },
  bodyOf: (spec, { pathTo }) => ({
    loadBalancingScheme: spec.scheme === 'external' ? 'EXTERNAL' : 'INTERNAL',
    protocol: spec.protocol,
    healthChecks: [urlOf(pathTo(spec.healthCheck))],
    backends: spec.groups.map((group) => ({ group: urlOf(pathTo(group)), balancingMode: 'CONNECTION' })),
    sessionAffinity: spec.affinity,
    connectionDraining: { drainingTimeoutSec: spec.drainingSeconds },
    ...(spec.affinitySeconds === null
      ? {}
      : { connectionTrackingPolicy: { trackingMode: 'PER_SESSION', idleTimeoutSec: spec.affinitySeconds } }),
    ...(spec.weighted
      ? { localityLbPolicy: spec.scheme === 'external' ? 'WEIGHTED_MAGLEV' : 'WEIGHTED_GCP_RENDEZVOUS' }
      : {}),
  }),
};

const protocolOf = (value: string | null): BackendProtocol =>
  value === 'UDP' || value === 'UNSPECIFIED' ? value : 'TCP';

/** References in one order, so that equal sets are equal lists. */
export const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
