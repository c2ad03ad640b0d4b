import type { Clock } from '../../src/clock.ts';
import { at, isObject, listOf, textOf } from '../kube-apiserver/json.ts';
import type { KubeObject } from '../kube-apiserver/kind.ts';
import type { PodRuntime, PodState } from './pod-runtime.ts';

export interface ReadyPodsOptions {
  readonly clock: Clock;
  /** From start to ready. Default 300. */
  readonly startMs?: number;
  /** From the wish to stop to the end, or the grace period where that is shorter. Default 100. */
  readonly stopMs?: number;
}

/** Nothing runs: each pod gets an address of its node's range, is ready a little later, and ends when it is told to. */
export function readyPods({ clock, startMs = 300, stopMs = 100 }: ReadyPodsOptions): PodRuntime {
  const addresses = podAddresses();
  return {
    start(pod, node, told) {
      const address = addresses.take(pod, node);
      let cancel = clock.after(startMs, () => told(running(pod, address.ip, clock.now())));
      const end = (): void => {
        cancel();
        address.release();
      };
      return {
        update: () => undefined,
        stop(graceMs, ended) {
          cancel();
          cancel = clock.after(Math.min(stopMs, graceMs), () => {
            end();
            ended();
          });
        },
        abandon: end,
      };
    },
  };
}

export interface PodAddresses {
  /** The address of a pod on a node: that of the node for `hostNetwork`, else a free one of the node's range. */
  take(pod: KubeObject, node: KubeObject): { readonly ip: string; release(): void };
}

export function podAddresses(): PodAddresses {
  const taken = new Set<string>();
  return {
    take(pod, node) {
      if (at(pod, 'spec', 'hostNetwork') === true) return { ip: hostAddress(node), release: () => undefined };
      const ip = freeAddress(node, taken);
      taken.add(ip);
      return { ip, release: () => taken.delete(ip) };
    },
  };
}

function running(pod: KubeObject, ip: string, startedAtMs: number): PodState {
  const names = listOf(at(pod, 'spec', 'containers')).filter(isObject);
  return {
    ips: [ip],
    containers: names.map(({ name }) => ({
      name: textOf(name),
      state: { type: 'running', startedAtMs },
      ready: true,
      restartCount: 0,
    })),
  };
}

export function hostAddress(node: KubeObject): string {
  const addresses = listOf(at(node, 'status', 'addresses')).filter(isObject);
  return textOf(addresses.find((address) => address['type'] === 'InternalIP')?.['address']) || '127.0.0.1';
}

/** The first free address of the node's `podCIDR` after those of the network and the bridge. */
function freeAddress(node: KubeObject, taken: ReadonlySet<string>): string {
  const [base = '', length = '24'] = (textOf(at(node, 'spec', 'podCIDR')) || '10.244.0.0/16').split('/');
  const start = base.split('.').reduce((number, part) => number * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(length));
  for (let offset = 2; offset < size - 1; offset += 1) {
    const address = [24, 16, 8, 0].map((bits) => Math.floor((start + offset) / 2 ** bits) % 256).join('.');
    if (!taken.has(address)) return address;
  }
  throw new Error(`No address is free in ${base}/${length}.`);
}
