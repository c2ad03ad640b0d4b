import { describe, expect, it } from 'vitest';
import { claimNetwork, type LabNetwork, nodeAddresses } from '../../src/commands/lab-network.ts';

const claimed = async (nodes: number): Promise<LabNetwork> => {
  const network = await claimNetwork(nodes);
  if (typeof network === 'string') throw new Error(network);
  return network;
};

describe('the place of a lab on the loopback', () => {
  it('is another one for each lab, and free again after it', async () => {
    const [one, two] = [await claimed(3), await claimed(3)];
    expect(two.place).toBeGreaterThan(one.place);
    expect(two.externalRange).not.toBe(one.externalRange);
    two.release();
    one.release();
  });

  it('has room for its nodes, all of whose addresses are inside the cluster and differ', async () => {
    const network = await claimed(300);
    const addresses = Array.from({ length: 300 }, (_, index) => nodeAddresses(network.place, index));
    for (const { ip, podCIDR } of addresses) {
      expect(network.plan.isInside(ip)).toBe(true);
      expect(network.plan.isInside(podCIDR.replace('.0/24', '.2'))).toBe(true);
      expect(network.plan.fromWire(network.plan.toWire(ip))).toBe(ip);
    }
    expect(new Set(addresses.flatMap(({ ip, podCIDR }) => [ip, podCIDR])).size).toBe(600);
    const next = await claimed(3);
    expect(addresses.map(({ ip }) => ip)).not.toContain(nodeAddresses(next.place, 0).ip);
    next.release();
    network.release();
  });

  it('of clients outside is none of the cluster', async () => {
    const network = await claimed(1);
    expect(network.plan.fromWire('127.0.0.1')).toBe('127.0.0.1');
    expect(network.plan.isInside('127.0.0.1')).toBe(false);
    network.release();
  });
});
