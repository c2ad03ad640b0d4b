import { addressPlan, type AddressPlan } from '../../../mocks/data-plane/address-plan.ts';

/** Addresses that only this process uses, so that test files in parallel never meet. */
export interface LoopbackSite {
  readonly plan: AddressPlan;
  nodeAddress(index: number): string;
  podRange(index: number): string;
  /** Where the cloud takes external addresses from. */
  readonly externalRange: string;
}

export function loopbackSite(): LoopbackSite {
  const own = process.pid % 480;
  const block = 5 + (process.pid % 90);
  return {
    // The cloud's subnetwork of us-central1, pods, and cluster IPs.
    plan: addressPlan(['10.128.0.0/20', `10.${block}.0.0/16`, '10.96.0.0/16']),
    nodeAddress: (index) => `10.128.${own % 16}.${2 + 8 * Math.floor(own / 16) + index}`,
    podRange: (index) => `10.${block}.${index}.0/24`,
    externalRange: `127.${140 + (process.pid % 100)}.${1 + (Math.floor(process.pid / 100) % 250)}.0/24`,
  };
}
