import type { IpFamily } from '../../src/model/intent.ts';

export const familyOf = (ip: string): IpFamily => (ip.includes(':') ? 'ipv6' : 'ipv4');

/** Rules and addresses of IPv6 carry a whole /96 with its length; the first address of it answers. */
export const withoutLength = (ip: string): string => ip.replace(/\/\d+$/, '');

/** What a firewall rule names as the destination of packets to an address. */
export const destinationOf = (ip: string): string => (familyOf(ip) === 'ipv6' ? `${ip}/96` : `${ip}/32`);
