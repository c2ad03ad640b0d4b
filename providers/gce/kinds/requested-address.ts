import type { KindPolicy } from '../../../src/graph/plan.ts';
import type { IpFamily, Scheme } from '../../../src/model/intent.ts';
import type { Tier } from './address.ts';

/**
 * An address that a person reserved and the Service asks for by IP or name; the resource's name in the graph tells
 * scheme and IP or name. It is used and never made, changed or deleted: where it is missing or unfit, the step that would make it so
 * fails with what the person has to do.
 */
export interface RequestedAddressSpec {
  readonly scheme: Scheme;
  readonly family: IpFamily;
  readonly tier: Tier | null;
}

export const requestedAddressPolicy: KindPolicy<RequestedAddressSpec> = {
  fields: { scheme: 'update', family: 'update', tier: 'update' },
  loses: 'none',
};

export const requestedName = (scheme: Scheme, ipOrName: string): string => `${scheme}:${ipOrName}`;

export function readRequestedName(name: string): { readonly scheme: Scheme; readonly ipOrName: string } {
  const at = name.indexOf(':');
  return { scheme: name.slice(0, at) === 'internal' ? 'internal' : 'external', ipOrName: name.slice(at + 1) };
}

/** Names of addresses have neither dots nor colons. */
export const isIp = (ipOrName: string): boolean => /[.:]/.test(ipOrName);
