import type { Clock } from '../../../src/clock.ts';
import { at, isObject, listOf, textOf } from '../../kube-apiserver/json.ts';
import { nameOf, namespaceOf } from '../../kube-apiserver/metadata.ts';
import type { NodePower, PodRuntime } from '../../kube-controllers/pod-runtime.ts';
import { podAddresses } from '../../kube-controllers/ready-pods.ts';
import type { Activity } from '../activity.ts';
import type { AddressPlan } from '../address-plan.ts';
import { containerLogs } from './container-logs.ts';
import { type Container, runContainer } from './container.ts';

export interface EchoPodsOptions {
  readonly clock: Clock;
  readonly plan: AddressPlan;
  readonly activity: Activity;
  /** Which nodes are switched on. Default: all. */
  readonly power?: NodePower;
  /** What containers write: lines of their logs. */
  readonly log?: (line: { readonly pod: string; readonly container: string; readonly text: string }) => void;
}

/** Every container is an echo server on its pod's address: whoever asks is told who answers and what is seen of him. */
export function echoPods({ clock, plan, activity, power, log = () => undefined }: EchoPodsOptions): PodRuntime {
  const addresses = podAddresses();
  const logs = containerLogs(clock);
  return {
    ...(power ? { power } : {}),
    logs,
    start(pod, node, told) {
      const address = addresses.take(pod, node);
      let over = false;
      let containers: readonly Container[] = [];
      const tell = (): void => {
        if (over) return;
        told({ ips: [address.ip], containers: containers.map((each) => each.state()) });
      };
      const name = `${namespaceOf(pod)}/${nameOf(pod)}`;
      containers = listOf(at(pod, 'spec', 'containers'))
        .filter(isObject)
        .map((spec) => {
          const container = textOf(spec['name']);
          const kept = logs.of(pod, container);
          return runContainer({
            spec,
            identity: {
              pod: nameOf(pod),
              namespace: namespaceOf(pod),
              node: nameOf(node),
              container,
            },
            address: plan.toWire(address.ip),
            restartPolicy: textOf(at(pod, 'spec', 'restartPolicy')) || 'Always',
            clock,
            activity,
            seen: (wire) => plan.fromWire(wire),
            log: {
              ...kept,
              write(text) {
                kept.write(text);
                log({ pod: name, container, text });
              },
            },
            changed: tell,
          });
        });
      let stopping = false;
      async function stop(graceMs: number, ended: () => void): Promise<void> {
        await Promise.all(containers.map((each) => each.stop(graceMs)));
        if (over) return;
        over = true;
        address.release();
        logs.forget(pod);
        ended();
      }
      return {
        update: () => undefined,
        stop(graceMs, ended) {
          if (stopping) return;
          stopping = true;
          void stop(graceMs, ended);
        },
        abandon() {
          over = true;
          for (const each of containers) each.abandon();
          address.release();
        },
      };
    },
  };
}
