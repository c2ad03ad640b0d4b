import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { type AddressPlan, addressPlan } from '../../mocks/index.ts';

/** Where a lab's addresses lie on this machine's loopback. */
export interface LabNetwork {
  /** Which of the lab's places it is; each has addresses of its own. */
  readonly place: number;
  readonly plan: AddressPlan;
  /** Where the cloud takes the addresses of balancers from: these need no mapping. */
  readonly externalRange: string;
  release(): void;
}

/** So many labs can run on one machine at the same time. */
const places = 3;

/** A port of the address before those of the nodes: whoever listens there has the place. */
const lockPort = 10_256;

/** The third octet of the first node's address, in the /20 of the cloud's subnetwork. */
export const firstOctet = (place: number): number => 5 * place;
/** The second octet of the first pod's address. */
export const podOctet = (place: number): number => 4 + 8 * place;

/**
 * The first place that no other lab has. Why there is none, as text: Linux has all of 127/8 on its loopback, other systems
 * only what somebody has set up.
 */
export async function claimNetwork(): Promise<LabNetwork | string> {
  for (let place = 0; place < places; place += 1) {
    const lock = createServer();
    const code = await listening(lock, `127.128.${firstOctet(place)}.1`);
    if (code === undefined) return network(place, lock);
    if (code !== 'EADDRINUSE') return `this machine does not have all of 127.0.0.0/8 on its loopback (${code})`;
  }
  return `${places} labs run on this machine already`;
}

const network = (place: number, lock: Server): LabNetwork => ({
  place,
  plan: addressPlan(['10.128.0.0/20', `10.${podOctet(place)}.0.0/14`, '10.96.0.0/16']),
  externalRange: `127.30.${place}.0/24`,
  release: () => lock.close(),
});

async function listening(server: Server, address: string): Promise<string | undefined> {
  server.listen(lockPort, address);
  try {
    await once(server, 'listening');
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}
