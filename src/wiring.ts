import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { providers } from '../providers/index.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { classIs } from './controller/decide.ts';
import { findOrphans, type Orphan, removeOrphan } from './controller/orphans.ts';
import { asPorticoError } from './errors.ts';
import { lastChanges, readChange } from './controller/last-change.ts';
import { overview, type ServiceOverview } from './controller/overview.ts';
import { type Preview, preview, previewOfNew, type Selection } from './controller/preview.ts';
import { readCluster } from './controller/read-cluster.ts';
import { runController } from './controller/run.ts';
import { asksForPlace, gceSettings, given } from './gce-settings.ts';
import { fencedProvider, fencedTransport } from './fence.ts';
import { type KubeClient, kubeClient } from './kube/client.ts';
import { type ElectionOptions, paceFor, type Term, whileLeading } from './kube/election.ts';
import { component } from './kube/api.ts';
import { leaseStore } from './kube/lease.ts';
import type { Options } from './model/options.ts';
import { listAll } from './kube/list.ts';
import type { KubeTransport } from './kube/transport.ts';
import { keyIn, readService, type Service } from './model/service.ts';
import { preflight } from './preflight.ts';
import type { Provider } from './provider.ts';
import { serveHealth } from './telemetry/endpoint.ts';
import { createLog, type Log } from './telemetry/log.ts';
import { createMetrics, type Metrics } from './telemetry/metrics.ts';
import type { Terminal } from './terminal.ts';

/**
 * The controller as configured, until the terminal's signal is aborted; then it begins nothing new, waits for what runs,
 * and takes everything down. The only place that constructs things. Rejects when it cannot begin.
 */
export async function runWith(
  config: Config,
  { err, env, signal }: Pick<Terminal, 'err' | 'env' | 'signal'>,
): Promise<void> {
  const clock = systemClock;
  const log = createLog({ level: config.logLevel, format: config.logFormat, destination: { write: err } });
  const metrics = createMetrics(clock, config.leaderElection !== 'off');
  const closers: (() => Promise<void>)[] = [];
  try {
    // A step makes several calls, so the term is looked at before each mutation as well as before each step.
    const fence = { check: (): void => undefined };
    const provider = await openProvider(config, {
      cloudCall: metrics.cloudCall,
      beforeWrite: () => fence.check(),
      around: { env, signal, log },
    });
    closers.push(() => provider.close());
    const kube = kubeClient({ kubeconfig: config.kubeconfig, clock, userAgent: 'portico' });
    closers.push(() => kube.close());
    if (config.metricsAddr !== 'off') {
      const endpoint = await serveHealth(config.metricsAddr, {
        readiness: metrics.readiness,
        metrics: metrics.render,
      });
      closers.push(() => endpoint.close());
      log('info', 'metrics served', { host: config.metricsAddr.host, port: endpoint.port });
    }
    await preflight(kube, provider, config.clusterId, log, clock, signal);
    const control = (term?: Term): Promise<void> =>
      runController(
        {
          kube: term ? fencedTransport(kube, term.check) : kube,
          provider: term ? fencedProvider(provider, term.check) : provider,
          clock,
          log,
          observer: metrics.observer,
          clusterId: config.clusterId,
          claims: classIs(config.loadBalancerClass ?? null),
          workers: config.workers,
          orphans: config.orphans,
          sweepInterval: config.sweepSeconds * 1000,
          defaults: defaultsOf(config),
          ...given('lease', term?.lease),
        },
        signal,
      );
    if (config.leaderElection === 'off') return await control();
    const lead = async (term: Term): Promise<void> => {
      // Another process may have changed everything since this one last looked.
      provider.refresh('takeover');
      fence.check = term.check;
      await control(term);
    };
    await whileLeading(electionOf(config, kube, clock, log, metrics), lead, signal);
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

function electionOf(
  { leaseName, leaseNamespace, leaseSeconds, loadBalancerClass }: Config,
  kube: KubeClient,
  clock: Clock,
  log: Log,
  { election }: Metrics,
): ElectionOptions {
  const name = leaseName ?? leaseNameFor(loadBalancerClass);
  const namespace = leaseNamespace ?? kube.namespace;
  const pace = paceFor(leaseSeconds * 1000);
  const identity = `${hostname()}_${randomUUID()}`;
  const about = { lease: `${namespace}/${name}`, identity };
  return {
    store: leaseStore(kube, clock, { namespace, name }, pace.retry * 2),
    clock,
    identity,
    pace,
    observer: {
      following: (holder) => {
        election.following(holder);
        log('info', 'standing by', { ...about, holder });
      },
      leading: () => {
        election.leading();
        log('info', 'leading', about);
      },
      lost: (why) => {
        election.lost(why);
        log('warn', 'leading no longer', { ...about, why });
      },
      failed: ({ code, message }) => log('warn', 'lease not had', { ...about, code, why: message }),
    },
  };
}

/** Processes of different classes serve different Services, side by side. */
export const leaseNameFor = (loadBalancerClass: string | undefined): string =>
  [
    'portico',
    ...(loadBalancerClass === undefined ? [] : [loadBalancerClass.toLowerCase().replaceAll(/[^a-z0-9.]+/g, '-')]),
  ].join('-');

type Place = Pick<Terminal, 'env' | 'signal'>;

/** Cluster and cloud as configured, to look at and, on request, to clean up. Closed when the work ends. */
async function withBoth<T>(
  config: Config,
  { env, signal }: Place,
  work: (provider: Provider, kube: KubeClient) => Promise<T>,
): Promise<T> {
  const provider = await openProvider(config, { around: { env, signal } });
  try {
    const transport = kubeClient({ kubeconfig: config.kubeconfig, clock: systemClock, userAgent: 'portico' });
    try {
      return await work(provider, transport);
    } finally {
      await transport.close();
    }
  } finally {
    await provider.close();
  }
}

const allServices = async (transport: KubeTransport, signal: AbortSignal): Promise<readonly Service[]> =>
  (
    await listAll(
      { transport, clock: systemClock, path: '/api/v1/services', kind: 'ServiceList', read: readService },
      signal,
    )
  ).items;

/** What the controller as configured would do now; a bare name is one of the kubeconfig's namespace. Reads cluster and cloud, and writes to neither. */
export const previewWith = (config: Config, selection: Selection, place: Place): Promise<readonly Preview[]> =>
  withBoth(config, place, async (provider, kube) => {
    const cluster = await readCluster(kube, systemClock, config.clusterId, place.signal, provider.admit);
    const claims = classIs(config.loadBalancerClass ?? null);
    const keys = selection === 'all' ? selection : selection.map((name) => keyIn(kube.namespace, name));
    return preview(provider, cluster, claims, keys, place.signal, defaultsOf(config));
  });

/** What is left of Services that are gone, with the way to remove it. */
export const withOrphans = (config: Config, place: Place, work: (left: LeftBehind) => Promise<void>): Promise<void> =>
  withBoth(config, place, async (provider, transport) => {
    const { signal } = place;
    const orphans = await findOrphans(provider, config.clusterId, () => allServices(transport, signal), signal);
    await work({
      orphans,
      clusters: await provider.clusters?.(signal),
      remove: (orphan) => removeOrphan(provider, orphan, removalWidth, signal),
    });
  });

export interface LeftBehind {
  readonly orphans: readonly Orphan[];
  /** Ids of the clusters that hold anything in the cloud; undefined where the cloud does not tell. */
  readonly clusters: readonly string[] | undefined;
  readonly remove: (orphan: Orphan) => Promise<void>;
}

/** Steps that run at the same time. */
const removalWidth = 8;

/** When Services were last changed. None where Events may not be read: then nobody knows. */
async function changesTold(transport: KubeTransport, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const select = { fieldSelector: `involvedObject.kind=Service,source=${component}` };
  const options = {
    transport,
    clock: systemClock,
    path: '/api/v1/events',
    kind: 'EventList',
    read: readChange,
    select,
  };
  try {
    return lastChanges((await listAll(options, signal)).items);
  } catch (thrown) {
    if (asPorticoError(thrown).code === 'denied') return new Map();
    throw thrown;
  }
}

/** Where the Services stand, as often as asked, and the namespace of who asks. */
export const withOverview = (
  config: Config,
  place: Place,
  work: (look: () => Promise<readonly ServiceOverview[]>, namespace: string) => Promise<void>,
): Promise<void> =>
  withBoth(config, place, (provider, kube) => {
    const { signal } = place;
    const look = async (): Promise<readonly ServiceOverview[]> => {
      provider.refresh();
      const services = await allServices(kube, signal);
      const changes = await changesTold(kube, signal);
      return overview(provider, config.clusterId, services, classIs(config.loadBalancerClass ?? null), changes, signal);
    };
    return work(look, kube.namespace);
  });

/** What the controller as configured would make for Services that do not exist yet. Asks nobody. */
export async function previewNew(config: Config, services: readonly Service[]): Promise<readonly Preview[]> {
  const provider = await openProvider(config);
  try {
    const claims = classIs(config.loadBalancerClass ?? null);
    return previewOfNew(provider, services, config.clusterId, supposedZone(config), claims, defaultsOf(config));
  } finally {
    await provider.close();
  }
}

/** A zone as there is one in every region. */
const supposedZone = ({ gceRegion }: Config): string => `${gceRegion ?? 'region'}-a`;

interface Opening {
  readonly cloudCall?: Metrics['cloudCall'];
  readonly beforeWrite?: () => void;
  /** Left out, nobody is asked: what is not given is not known. */
  readonly around?: { readonly env: Terminal['env']; readonly signal: AbortSignal; readonly log?: Log };
}

async function openProvider(config: Config, { cloudCall, beforeWrite, around }: Opening = {}): Promise<Provider> {
  if (config.provider === 'mock') return (await providers.mock()).createMockProvider({ clock: systemClock });
  const { createGceProvider, gceSurroundings, metadataHost } = await providers.gce();
  const host = around && asksForPlace(config) ? await metadataHost(around.env) : undefined;
  const place = around && host !== undefined ? await gceSurroundings(around.signal, host) : undefined;
  if (place) around?.log?.('info', 'on Google Cloud', { ...place });
  return createGceProvider(gceSettings(config, place), {
    clock: systemClock,
    ownSchema: true,
    writesPerSecond: config.gceWritesPerSecond,
    readsPerSecond: config.gceReadsPerSecond,
    ...given('onCall', cloudCall),
    ...given('beforeWrite', beforeWrite),
    ...given('apiEndpoint', config.gceApiEndpoint),
    ...given('credentialsFile', config.gceCredentials),
  });
}

/** What Services get that do not say. */
const defaultsOf = ({ healthCheck, addressPolicy, policy, drift }: Config): Options => ({
  policy,
  drift,
  'health-check': healthCheck,
  'address-policy': addressPolicy,
});
