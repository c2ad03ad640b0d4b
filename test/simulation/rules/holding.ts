import type { CloudMirror } from '../cloud-mirror.ts';
import { markOf } from '../mark.ts';

const plain = (ip: unknown): string => String(ip).replace(/\/\d+$/, '');

/** Who holds an IP: uids of Services, and `null` for addresses and rules of people. */
export function holdersOf(mirror: CloudMirror, ip: string): readonly (string | null)[] {
  return [
    ...mirror.of('addresses').filter(([, body]) => plain(body['address']) === ip),
    ...mirror.of('forwardingRules').filter(([, body]) => plain(body['IPAddress']) === ip),
  ].map(([, body]) => markOf(body)?.uid ?? null);
}

/** Whether the IP is safe for the Service: something of its own, or of the people who reserved it, holds it. */
export const isHeldFor = (mirror: CloudMirror, ip: string, uid: string): boolean =>
  holdersOf(mirror, ip).some((holder) => holder === uid || holder === null);

/** The IPs on which rules of the Service listen. */
export const listening = (mirror: CloudMirror, uid: string): readonly string[] =>
  mirror
    .of('forwardingRules')
    .filter(([, body]) => markOf(body)?.uid === uid)
    .map(([, body]) => plain(body['IPAddress']));
