import type { GceCloud } from '../gce-compute/cloud.ts';
import type { NodePower } from '../kube-controllers/pod-runtime.ts';
import { isRunning } from './cloud/snapshot.ts';

export interface MachinePower extends NodePower {
  /** From now on the machines of this cloud decide. The returned function ends that. */
  follow(cloud: Pick<GceCloud, 'view' | 'onChange'>): () => void;
}

/** Nodes are on while the machines of their names run; one without a machine, and all before there is a cloud, are on. */
export function machinePower(): MachinePower {
  const off = new Set<string>();
  const listeners: ((node: string) => void)[] = [];
  return {
    isOn: (node) => !off.has(node),
    onChange: (listener) => void listeners.push(listener),
    follow: ({ view, onChange }) =>
      onChange((key) => {
        const name = /\/instances\/([^/]+)$/.exec(key)?.[1];
        if (name === undefined) return;
        const machine = view.instances().find((instance) => instance.name === name);
        const isOff = machine !== undefined && !isRunning(machine);
        if (isOff === off.has(name)) return;
        if (isOff) off.add(name);
        else off.delete(name);
        for (const tell of listeners) tell(name);
      }),
  };
}
