import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { type AddressPlan, addressPlan } from '../../mocks/index.ts';

/** Where a lab's addresses lie on this machine's loopback. */
export interface LabNetwork {
  /** The first of its places on the machine; each has addresses of its own. */
  readonly place: number;
  readonly plan: AddressPlan;
  /** Where the cloud takes the addresses of balancers from: these need no mapping. */
  readonly externalRange: string;
  release(): void;
}

/** The cloud's subnetwork is a /20 of which each place has a /24. */
const places = 16;
/** A place has this many addresses of nodes, from 2 on; the first nine are left alone. */
const nodesInPlace = 250;
const firstNode = 9;

/** A port of the address before those of the nodes: whoever listens there has the place. */
const lockPort = 10_256;

const subnetwork = '10.128.0.0/20';
const clusterIps = '10.96.0.0/16';
const podOctet = (place: number): number => 4 + place;

/** The addresses of a node and of its pods, by its number from 0. */
export function nodeAddresses(place: number, index: number): { readonly ip: string; readonly podCIDR: string } {
  const number = index + firstNode;
  const here = place + Math.floor(number / nodesInPlace);
  const within = (number % nodesInPlace) + 2;
  return { ip: `10.128.${here}.${within}`, podCIDR: `10.${podOctet(here)}.${within}.0/24` };
}

/**
 * The first places that no other lab has, for so many nodes; or why there are none, as text. Linux has all of 127/8 on its
 * loopback, other systems only what somebody has set up.
 */
export async function claimNetwork(nodes: number): Promise<LabNetwork | string> {
  const count = Math.floor((nodes - 1 + firstNode) / nodesInPlace) + 1;
  for (let place = 0; place + count <= places; place += 1) {
    const locks: Server[] = [];
    const code = await lockAll(place, count, locks);
    if (code === undefined) return network(place, locks);
    for (const lock of locks) lock.close();
    if (code !== 'EADDRINUSE') return `this machine does not have all of 127.0.0.0/8 on its loopback (${code})`;
  }
  return 'other labs on this machine have all the addresses';
}

const network = (place: number, locks: readonly Server[]): LabNetwork => ({
  place,
  plan: addressPlan([subnetwork, clusterIps, ...locks.map((_, index) => `10.${podOctet(place + index)}.0.0/16`)]),
  externalRange: `127.30.${place}.0/24`,
  release: () => {
    for (const lock of locks) lock.close();
  },
});

/** Listens in each place; the code of the first error. */
async function lockAll(place: number, count: number, locks: Server[]): Promise<string | undefined> {
  for (let index = 0; index < count; index += 1) {
    const lock = createServer();
    locks.push(lock);
    lock.listen(lockPort, `127.128.${place + index}.1`);
    try {
      await once(lock, 'listening');
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? 'unknown';
    }
  }
  return undefined;
}
