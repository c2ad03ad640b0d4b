import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { providers } from '../providers/index.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { classIs } from './controller/decide.ts';
import { type Preview, preview, previewOfNew, type Selection } from './controller/preview.ts';
import { readCluster } from './controller/read-cluster.ts';
import { runController } from './controller/run.ts';
import { PorticoError } from './errors.ts';
import { fencedProvider, fencedTransport } from './fence.ts';
import { type KubeClient, kubeClient } from './kube/client.ts';
import { type ElectionOptions, paceFor, type Term, whileLeading } from './kube/election.ts';
import { leaseStore } from './kube/lease.ts';
import type { Service } from './model/service.ts';
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
export async function runWith(config: Config, { err, signal }: Pick<Terminal, 'err' | 'signal'>): Promise<void> {
  const clock = systemClock;
  const log = createLog({ level: config.logLevel, format: config.logFormat, destination: { write: err } });
  const metrics = createMetrics();
  const closers: (() => Promise<void>)[] = [];
  try {
    const provider = await openProvider(config, metrics);
    closers.push(() => provider.close());
    const kube = kubeClient({ kubeconfig: config.kubeconfig, clock, userAgent: 'portico' });
    closers.push(() => kube.close());
    if (config.metricsAddr !== 'off') {
      const endpoint = await serveHealth(config.metricsAddr, {
        alive: () => true,
        ready: metrics.isReady,
        metrics: metrics.render,
      });
      closers.push(() => endpoint.close());
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
          ...given('lease', term?.lease),
        },
        signal,
      );
    if (config.leaderElection === 'off') return await control();
    const lead = async (term: Term): Promise<void> => {
      // Another process may have changed everything since this one last looked.
      provider.refresh();
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

/** What the controller as configured would do now. Reads cluster and cloud, and writes to neither. */
export async function previewWith(
  config: Config,
  selection: Selection,
  signal: AbortSignal,
): Promise<readonly Preview[]> {
  const clock = systemClock;
  const provider = await openProvider(config);
  const transport = kubeClient({ kubeconfig: config.kubeconfig, clock, userAgent: 'portico' });
  try {
    const cluster = await readCluster(transport, clock, config.clusterId, signal, provider.admit);
    return await preview(provider, cluster, classIs(config.loadBalancerClass ?? null), selection, signal);
  } finally {
    await transport.close();
    await provider.close();
  }
}

/** What the controller as configured would make for Services that do not exist yet. Asks nobody. */
export async function previewNew(config: Config, services: readonly Service[]): Promise<readonly Preview[]> {
  const provider = await openProvider(config);
  try {
    const claims = classIs(config.loadBalancerClass ?? null);
    return previewOfNew(provider, services, config.clusterId, supposedZone(config), claims);
  } finally {
    await provider.close();
  }
}

/** A zone as there is one in every region. */
const supposedZone = ({ gceRegion }: Config): string => `${gceRegion ?? 'region'}-a`;

async function openProvider(config: Config, { cloudCall }: Partial<Metrics> = {}): Promise<Provider> {
  if (config.provider === 'mock') return (await providers.mock()).createMockProvider({ clock: systemClock });
  const { gceProject: project, gceRegion: region } = config;
  if (project === undefined || region === undefined) {
    throw new PorticoError('invalid', 'The provider gce needs to know where: give --gce-project and --gce-region.');
  }
  const { createGceProvider } = await providers.gce();
  return createGceProvider(
    {
      project,
      region,
      network: config.gceNetwork,
      manageFirewalls: config.gceFirewalls === 'managed',
      ...given('subnetwork', config.gceSubnetwork),
      ...given('networkProject', config.gceNetworkProject),
      ...given('nodeTags', config.gceNodeTags),
    },
    {
      clock: systemClock,
      writesPerSecond: config.gceWritesPerSecond,
      readsPerSecond: config.gceReadsPerSecond,
      ...given('onCall', cloudCall),
      ...given('apiEndpoint', config.gceApiEndpoint),
      ...given('credentialsFile', config.gceCredentials),
    },
  );
}

/** The field when it has a value: adapters tell a field that is left out from one that is undefined. */
const given = <K extends string, T>(name: K, value: T | undefined): Partial<Record<K, T>> =>
  value === undefined ? {} : ({ [name]: value } as Record<K, T>);
