import { type Clock, systemClock } from '../../src/clock.ts';
import type { Provider, Reconcilable } from '../../src/provider.ts';
import { admit } from './admission.ts';
import { cloud } from './cloud.ts';
import { clusterRemarks, desiredCluster } from './cluster.ts';
import { googleAuthorization, noAuthorization } from './compute/credentials.ts';
import { type CallRecord, compute } from './compute/compute.ts';
import { httpTransport } from './compute/http.ts';
import { sdkWire } from './compute/sdk.ts';
import type { Wire } from './compute/wire.ts';
import { gceConfig, type GceSettings } from './config.ts';
import { without } from './contest.ts';
import { desiredService } from './desired.ts';
import { execute } from './execute.ts';
import { healthOf } from './health.ts';
import { policies } from './kinds/kinds.ts';
import { observe } from './observe.ts';
import { refuses } from './requested.ts';
import { retention } from './retention.ts';

export { gceSurroundings, metadataHost } from './metadata.ts';
export { restWire } from './compute/rest.ts';
export type { HttpAnswer, HttpRequest, Transport } from './compute/transport.ts';
export type { Wire } from './compute/wire.ts';
export type { CallRecord, GceSettings };

export interface GceOptions {
  /** Another Compute API than Google's. Over `http:` no credentials are sent. */
  readonly apiEndpoint?: string;
  /** A credentials file; without it, application default credentials. */
  readonly credentialsFile?: string;
  readonly clock?: Clock;
  readonly onCall?: (record: CallRecord) => void;
  /** Called right before each mutation is sent; to throw is to stop it. */
  readonly beforeWrite?: () => void;
  /** Makes the calls in place of the official client over HTTP, such as `restWire` to a cloud in the same thread. */
  readonly wire?: Wire;
  /**
   * Whether the official client is loaded with the part of its schema that Portico needs, which takes a tenth of the memory.
   * Not where other code of the process uses that client too. Default: the whole.
   */
  readonly ownSchema?: boolean;
  readonly writesPerSecond?: number;
  readonly readsPerSecond?: number;
}

const googleApi = 'https://compute.googleapis.com';

/** Google Cloud behind the provisioning interface. Nothing is sent, and the client library not loaded, before the first observation. */
export function createGceProvider(settings: GceSettings, options: GceOptions = {}): Provider {
  const config = gceConfig(settings);
  const api = compute(options.wire ?? officialWire(config.project, options), { clock: systemClock, ...options });
  const google = cloud(config, api, options.clock ?? systemClock);
  const side = <Intent>(desired: Reconcilable<Intent>['desired']): Reconcilable<Intent> => ({
    policies,
    desired,
    observe: (owner, wanted, signal) => observe(google, owner, wanted, signal),
    execute: (step, owner, signal, exists) => execute(google, step, owner, signal, exists),
  });
  return {
    name: 'gce',
    capabilities: {
      schemes: ['external', 'internal'],
      families: config.families,
      mixedProtocols: true,
      nodesPerService: config.backends.kind === 'endpoint-groups',
    },
    ...side((intent, sticky) => without(desiredService(config, intent, sticky), sticky.misplaced)),
    refuses,
    admit: (node) => admit(config, node),
    cluster: {
      ...side((intent, sticky) => desiredCluster(config, intent, sticky)),
      remarks: (intent, sticky) => clusterRemarks(config, intent, sticky),
    },
    retention: retention(google),
    search: (owner, signal) => google.search(owner, signal),
    async owners(cluster, signal) {
      await google.listed(signal);
      return google.known.owners().filter((owner) => owner.cluster === cluster);
    },
    async clusters(signal) {
      await google.listed(signal);
      return [...new Set(google.known.owners().map(({ cluster }) => cluster))].toSorted();
    },
    health: (owner, signal) => healthOf(google, owner, signal),
    refresh: (after) => google.forget(after === 'takeover'),
    sizes: () => google.sizes(),
    close: () => api.close(),
  };
}

function officialWire(project: string, options: GceOptions): Wire {
  const { origin, protocol } = new URL(options.apiEndpoint ?? googleApi);
  const authorization =
    protocol === 'http:' ? noAuthorization : googleAuthorization({ credentialsFile: options.credentialsFile ?? null });
  return sdkWire(httpTransport({ origin, authorization }), project, options.ownSchema);
}
