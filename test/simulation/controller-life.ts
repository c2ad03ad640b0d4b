import type { GceCloud } from '../../mocks/gce-compute/cloud.ts';
import type { KubeApi } from '../../mocks/kube-apiserver/api.ts';
import { createGceProvider, restWire } from '../../providers/gce/index.ts';
import { classIs } from '../../src/controller/decide.ts';
import { type ControllerView, noObserver, type PassFinished } from '../../src/controller/observer.ts';
import { runController } from '../../src/controller/run.ts';
import { fencedProvider, fencedTransport } from '../../src/fence.ts';
import { type ElectionPace, paceFor, type Term, whileLeading } from '../../src/kube/election.ts';
import { leaseStore } from '../../src/kube/lease.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import { cloudPort } from './cloud-port.ts';
import { kubePort, type WatchValves } from './kube-port.ts';
import { type Life, mortalClock } from './life.ts';
import type { Network } from './network.ts';
import type { Settings } from './story.ts';

/** A life with the hands of those who end it. */
export interface Controller extends Life {
  readonly settings: Settings;
  /** How long the queues were when a pass last ended. */
  readonly queues: { readonly depth: number; readonly running: number; readonly delayed: number };
  /** How much is remembered; undefined before it works. */
  readonly sizes: Readonly<Record<string, number>> | undefined;
  readonly lastPass: PassFinished | undefined;
  /** Resolves when it has stopped by itself. */
  readonly ended: Promise<void>;
  /** The graceful stop. */
  stop(): void;
  /** `lateMs`: what is on its way arrives so much later. */
  crash(lateMs?: number): void;
}

export interface Place {
  readonly clock: VirtualClock;
  readonly cloud: GceCloud;
  readonly kube: KubeApi;
  readonly network: Network;
  readonly valves: WatchValves;
  /** How long a Lease lasts, in milliseconds; undefined where no leader is elected. */
  readonly leaseMs: number | undefined;
  readonly sweepMs: number;
}

export const project = 'portico';
export const region = 'us-central1';
export const zones = ['us-central1-a', 'us-central1-b'] as const;

/** The controller as `wiring` makes it, over the simulated network. */
export function beginLife(place: Place, cluster: string, name: string, settings: Settings): Controller {
  const { clock, cloud, kube, network, valves, leaseMs, sweepMs } = place;
  const stop = new AbortController();
  let queues: Controller['queues'] = { depth: 0, running: 0, delayed: 0 };
  let lastPass: PassFinished | undefined;
  let view: ControllerView | undefined;
  const { workers = 2, ...gce } = settings;
  const ended = Promise.withResolvers<void>();
  const end = (): void => {
    life.dead = true;
    life.clock.end();
    life.hangup.abort();
    ended.resolve();
  };
  const life: Controller = {
    name,
    cluster,
    clock: mortalClock(clock),
    dead: false,
    lateMs: 0,
    hangup: new AbortController(),
    calls: 0,
    settings,
    ended: ended.promise,
    get queues() {
      return queues;
    },
    get sizes() {
      return view?.sizes();
    },
    get lastPass() {
      return lastPass;
    },
    stop: () => {
      network.trace.add(name, 'is asked to stop');
      stop.abort();
    },
    crash: (lateMs = 0) => {
      if (life.dead) return;
      life.lateMs = lateMs;
      network.trace.add(name, 'crashes');
      end();
    },
  };
  const fence = { check: (): void => undefined };
  const provider = createGceProvider(
    { project, region, families: ['ipv4'], ...gce },
    { clock: life.clock, wire: restWire(cloudPort(cloud, network, life)), beforeWrite: () => fence.check() },
  );
  network.trace.add(name, 'begins');
  const kubeTransport = kubePort(kube, network, valves, life);
  const control = (term?: Term): Promise<void> =>
    runController(
      {
        kube: term ? fencedTransport(kubeTransport, term.check) : kubeTransport,
        provider: term ? fencedProvider(provider, term.check) : provider,
        clock: life.clock,
        log: (level, message, fields) => {
          if (level === 'warn' || level === 'error') network.trace.add(name, `  ${message} ${JSON.stringify(fields)}`);
        },
        observer: {
          ...noObserver,
          passFinished: (pass) => {
            lastPass = pass;
            if (view) {
              const { depth, running, delayed } = view.queues.services;
              queues = { depth, running, delayed };
            }
            if (pass.result !== 'unchanged') network.trace.add(name, `  pass ${pass.key}: ${pass.result}`);
          },
          begins: (now) => {
            view = now;
          },
        },
        clusterId: cluster,
        claims: classIs(null),
        workers,
        sweepInterval: sweepMs,
        ...(term && { lease: term.lease }),
      },
      stop.signal,
    );
  const lead = async (term: Term): Promise<void> => {
    provider.refresh('takeover');
    fence.check = term.check;
    await control(term);
  };
  const elected = (pace: ElectionPace): Promise<void> =>
    whileLeading(
      {
        store: leaseStore(kubeTransport, life.clock, { namespace: 'default', name: 'portico' }, pace.retry * 2),
        clock: life.clock,
        identity: name,
        pace,
        observer: {
          following: (holder) => network.trace.add(name, `  stands by for ${holder}`),
          leading: () => network.trace.add(name, '  leads'),
          lost: (why) => network.trace.add(name, `  leads no longer: ${why}`),
          failed: ({ code }) => network.trace.add(name, `  lease not had: ${code}`),
        },
      },
      lead,
      stop.signal,
    );
  const running = leaseMs === undefined ? control() : elected(paceFor(leaseMs));
  const whole = async (): Promise<void> => {
    try {
      await running;
      if (!life.dead) network.trace.add(name, 'has stopped');
    } catch (error) {
      network.trace.add(name, `ended with ${String(error)}`);
    }
    end();
  };
  void whole();
  return life;
}
