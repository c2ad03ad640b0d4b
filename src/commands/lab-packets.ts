import {
  createActivity,
  echoPods,
  type GceCloud,
  type KubeApi,
  type ListenProblem,
  machinePower,
  type PodRuntime,
  readyPods,
  startDataPlane,
} from '../../mocks/index.ts';
import { systemClock } from '../clock.ts';
import type { LabNetwork } from './lab-network.ts';

/** The part of the lab that carries packets; without a network pods are said to run, and nothing answers. */
export interface LabPackets {
  readonly pods: PodRuntime;
  readonly addresses: { readonly externalRanges?: readonly string[] };
  /** Begins to carry; the returned function ends it. */
  carry(kube: KubeApi, cloud: GceCloud): () => Promise<unknown>;
  /** Tells what a person should know of it. */
  onProblem(listener: (text: string) => void): void;
}

export function labPackets(network: LabNetwork | undefined): LabPackets {
  const clock = systemClock;
  const told: string[] = [];
  let tell = (text: string): void => void told.push(text);
  const onProblem: LabPackets['onProblem'] = (listener) => {
    tell = listener;
    for (const text of told.splice(0)) tell(text);
  };
  if (!network) {
    return { pods: readyPods({ clock }), addresses: {}, carry: () => () => Promise.resolve(), onProblem };
  }
  const { plan, externalRange } = network;
  const activity = createActivity();
  const power = machinePower();
  return {
    pods: echoPods({ clock, plan, activity, power }),
    addresses: { externalRanges: [externalRange] },
    carry(kube, cloud) {
      // Cluster IPs are chosen by each lab for itself: another one may have the same.
      const problem = (each: ListenProblem): void => {
        if (!each.address.startsWith('10.96.')) tell(problemText(each, plan.toWire(each.address)));
      };
      const plane = startDataPlane({ clock, plan, kube, cloud, activity, problem });
      const unfollow = power.follow(cloud, kube.store);
      return () => {
        unfollow();
        return plane.close();
      };
    },
    onProblem,
  };
}

function problemText({ protocol, port, code, instead }: ListenProblem, wire: string): string {
  const why =
    code === 'EACCES' ? 'ports below 1024 are for root' : code === 'EADDRINUSE' ? 'somebody else has it' : code;
  const rest = instead === undefined ? 'nothing answers there' : `use ${wire}:${instead} instead`;
  return `cannot listen on ${protocol} ${wire}:${port}, ${why}: ${rest}`;
}

/** What the greeting says of packets: how to send some, or why there are none. */
export const packetsNote = (claimed: LabNetwork | string): string =>
  typeof claimed === 'string'
    ? `No packets are carried: ${claimed}. EXTERNAL-IPs are there, and nothing answers on them.`
    : '  curl http://EXTERNAL-IP           answers as soon as a pod is ready; nodePorts at the EXTERNAL-IP of the nodes';
