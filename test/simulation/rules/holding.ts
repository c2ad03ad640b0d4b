import type { CloudMirror } from '../cloud-mirror.ts';
import { markOf } from '../mark.ts';
import type { Json } from '../story.ts';
import type { World } from '../world.ts';

const plain = (ip: unknown): string => String(ip).replace(/\/\d+$/, '');

/** Who holds an IP: uids of Services, and `null` for addresses and rules of people. */
export function holdersOf(mirror: CloudMirror, ip: string): readonly (string | null)[] {
  return [
    ...mirror.of('addresses').filter(([, body]) => plain(body['address']) === ip),
    ...mirror.of('forwardingRules').filter(([, body]) => plain(body['IPAddress']) === ip),
  ].map(([, body]) => markOf(body)?.uid ?? null);
}

/**
 * Whether the IP is safe for the Service: something of its own, or of the people who reserved it, holds it. What is being
 * made holds it too, though nobody sees it yet.
 */
export function isHeldFor({ mirror, cloud }: Pick<World, 'mirror' | 'cloud'>, ip: string, uid: string): boolean {
  if (holdersOf(mirror, ip).some((holder) => holder === uid || holder === null)) return true;
  const { addresses, resources } = cloud.snapshot() as unknown as {
    readonly addresses: readonly { readonly ip: string; readonly fixed?: string; readonly users: readonly string[] }[];
    readonly resources: Readonly<Record<string, Json>>;
  };
  const lease = addresses.find((each) => each.ip === ip);
  return [lease?.fixed, ...(lease?.users ?? [])].some((key) => markOf(resources[key ?? ''] ?? {})?.uid === uid);
}

/** The IPs on which rules of the Service listen. */
export const listening = (mirror: CloudMirror, uid: string): readonly string[] =>
  mirror
    .of('forwardingRules')
    .filter(([, body]) => markOf(body)?.uid === uid)
    .map(([, body]) => plain(body['IPAddress']));
