import type { KubeApi } from '../../mocks/kube-apiserver/api.ts';
import { readService, type Service } from '../../src/model/service.ts';

/** One Service over its whole life, told by its uid from others of its name. */
export interface Recorded {
  readonly cluster: string;
  readonly uid: string;
  readonly key: string;
  /** As it is, or was at last. */
  readonly latest: Service;
  readonly gone: boolean;
  /** Every state in which it asked for something else, oldest first, with the time at which it began. */
  readonly versions: readonly { readonly from: number; readonly service: Service }[];
}

export interface ServiceLedger {
  readonly all: ReadonlyMap<string, Recorded>;
  /** Called within the write. `before` is undefined for a new Service, `recorded.gone` is set for one that went. */
  onChange(listener: (recorded: Recorded, before: Service | undefined) => void): void;
  present(cluster: string): readonly Recorded[];
}

export const finalizer = 'service.kubernetes.io/load-balancer-cleanup';

export function serviceLedger(clusters: ReadonlyMap<string, KubeApi>, now: () => number): ServiceLedger {
  const all = new Map<string, Recorded & { latest: Service; gone: boolean; versions: Recorded['versions'] }>();
  const listeners: ((recorded: Recorded, before: Service | undefined) => void)[] = [];
  for (const [cluster, kube] of clusters) {
    kube.store.subscribe('/services', ({ object, previous }) => {
      const service = object && readService(object);
      const last = previous && readService(previous);
      const shown = service ?? last;
      if (!shown) return;
      const { uid, namespace, name } = shown.metadata;
      const known = all.get(uid) ?? {
        cluster,
        uid,
        key: `${namespace}/${name}`,
        latest: shown,
        gone: false,
        versions: [],
      };
      const asked = JSON.stringify(wishes(shown));
      const before = known.versions.at(-1);
      if (!before || JSON.stringify(wishes(before.service)) !== asked) {
        known.versions = [...known.versions, { from: now(), service: shown }];
      }
      known.latest = shown;
      known.gone = service === undefined;
      all.set(uid, known);
      for (const listener of listeners) listener(known, last);
    });
  }
  return {
    all,
    onChange: (listener) => {
      listeners.push(listener);
    },
    present: (cluster) => [...all.values()].filter((each) => each.cluster === cluster && !each.gone),
  };
}

const wishes = ({ metadata, spec }: Service): unknown => [
  metadata.deletionTimestamp !== null,
  metadata.annotations,
  spec,
];

/** Whether the Service asks this cluster's controller for a balancer. */
export const wantsBalancer = ({ metadata, spec }: Service): boolean =>
  spec.type === 'LoadBalancer' && spec.loadBalancerClass === null && metadata.deletionTimestamp === null;

/** Whether the Service, which has no balancer, asks for its nodePorts to be opened. */
export const opensNodePorts = ({ metadata, spec }: Service): boolean =>
  spec.type === 'NodePort' &&
  metadata.annotations['portico.dev/node-port-firewall'] === 'true' &&
  metadata.deletionTimestamp === null;

export const hasFinalizer = ({ metadata }: Service): boolean => metadata.finalizers.includes(finalizer);
