import type { GceCloud } from '../gce-compute/cloud.ts';
import type { NodePower } from '../kube-controllers/pod-runtime.ts';
import type { Store } from '../kube-apiserver/store/store.ts';
import { isRunning } from './cloud/snapshot.ts';
import { isCut } from './node-faults.ts';

export interface MachinePower extends NodePower {
  /** From now on the machines of this cloud, and what is said on the Nodes, decide. The returned function ends that. */
  follow(cloud: Pick<GceCloud, 'view' | 'onChange'>, store: Pick<Store, 'get' | 'subscribe'>): () => void;
}

/** Nodes are on while the machines of their names run; one without a machine, and all before there is a cloud, are on. */
export function machinePower(): MachinePower {
  const off = new Set<string>();
  const cut = new Set<string>();
  const listeners: ((node: string) => void)[] = [];
  const note = (set: Set<string>, name: string, isIn: boolean): void => {
    if (isIn === set.has(name)) return;
    if (isIn) set.add(name);
    else set.delete(name);
    for (const tell of listeners) tell(name);
  };
  return {
    isOn: (node) => !off.has(node),
    isHeard: (node) => !cut.has(node),
    onChange: (listener) => void listeners.push(listener),
    follow({ view, onChange }, store) {
      const ends = [
        onChange((key) => {
          const name = /\/instances\/([^/]+)$/.exec(key)?.[1];
          if (name === undefined) return;
          const machine = view.instances().find((instance) => instance.name === name);
          note(off, name, machine !== undefined && !isRunning(machine));
        }),
        store.subscribe('/nodes', ({ key }) => note(cut, key, isCut(store.get('/nodes', key)))),
      ];
      return () => {
        for (const end of ends) end();
      };
    },
  };
}
