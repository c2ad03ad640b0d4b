import { ApiError, invalidField } from '../api-error.ts';
import { type AddressWish, pickAddress, spaceOf } from '../address-choice.ts';
import { type Document, parts, text } from '../json.ts';
import type { Placement, Site } from '../kind.ts';
import { parseLink, regionOf } from '../links.ts';
import type { Entry } from '../resource-store.ts';

const insideOf = (nic: Document): AddressWish => ({
  internal: true,
  family: 'IPV4',
  tier: 'PREMIUM',
  subnetwork: text(nic, 'subnetwork'),
  network: text(nic, 'network'),
});

const outsideOf = (access: Document): AddressWish => ({
  internal: false,
  family: 'IPV4',
  tier: text(access, 'networkTier') ?? 'PREMIUM',
  subnetwork: undefined,
  network: undefined,
});

const natField = 'resource.networkInterfaces[0].accessConfigs[0].natIP';

export function completeInterfaces(body: Document, { site, scope }: Placement): readonly Document[] {
  const region = regionOf(scope) ?? site.region;
  const network = site.link('global/networks/default');
  const nics = parts(body, 'networkInterfaces');
  const first = nics[0] ?? { network, subnetwork: site.link(`regions/${region}/subnetworks/default`) };
  return [first, ...nics.slice(1)].map((nic, at) => {
    const subnetwork = site.get(parseLink(text(nic, 'subnetwork') ?? '')?.key ?? '');
    const accessConfigs = parts(nic, 'accessConfigs').map((access) => ({
      kind: 'compute#accessConfig',
      type: 'ONE_TO_ONE_NAT',
      name: 'External NAT',
      networkTier: 'PREMIUM',
      ...access,
    }));
    return {
      kind: 'compute#networkInterface',
      name: `nic${at}`,
      stackType: 'IPV4_ONLY',
      network: text(subnetwork?.body ?? {}, 'network') ?? network,
      ...nic,
      ...(accessConfigs.length > 0 ? { accessConfigs } : {}),
    };
  });
}

/** https://cloud.google.com/compute/docs/troubleshooting/troubleshooting-vm-creation */
const addressInUse = (ip: string): ApiError =>
  new ApiError(400, 'ipInUseByAnotherResource', `IP '${ip}' is already being used by another resource.`);

/** An ephemeral external address, or the reserved one that was asked for. */
function claimNat(access: Document, { site, scope, key }: Placement): Document {
  const wish = outsideOf(access);
  const asked = text(access, 'natIP');
  const choice = pickAddress(site, scope, wish, asked, natField);
  const lease = site.ips.find(choice.space, choice.ip);
  const region = regionOf(scope) ?? '';
  if (asked !== undefined && (lease?.fixed === undefined || lease.region !== region || lease.tier !== wish.tier)) {
    throw invalidField(natField, asked, 'The specified external IP address was not found in the region and tier.');
  }
  if ((lease?.users.length ?? 0) > 0) {
    throw new ApiError(400, 'externalIpInUse', `External IP address: '${choice.ip}' is already in-use.`);
  }
  site.ips.use({ ...choice, tier: wish.tier, region }, key);
  return { ...access, natIP: choice.ip };
}

/** Gives each interface its addresses. All or nothing: what an earlier interface took is given back. */
export function claimInterfaces(body: Document, placement: Placement): Document {
  const { site, scope, key } = placement;
  const done: Document[] = [];
  try {
    for (const nic of parts(body, 'networkInterfaces')) {
      const asked = text(nic, 'networkIP');
      const field = 'resource.networkInterfaces.networkIP';
      const choice = pickAddress(site, scope, insideOf(nic), asked, field);
      if ((site.ips.find(choice.space, choice.ip)?.users.length ?? 0) > 0) throw addressInUse(choice.ip);
      site.ips.use({ ...choice, tier: 'PREMIUM', region: regionOf(scope) ?? '' }, key);
      done.push({ ...nic, networkIP: choice.ip });
      const accessConfigs = parts(nic, 'accessConfigs').map((access) => claimNat(access, placement));
      if (accessConfigs.length > 0) done.splice(-1, 1, { ...nic, networkIP: choice.ip, accessConfigs });
    }
  } catch (error) {
    releaseInterfaces({ networkInterfaces: done }, scope, key, site);
    throw error;
  }
  return { ...body, networkInterfaces: done };
}

export function releaseInterfaces(body: Document, scope: Entry['scope'], key: string, site: Site): void {
  for (const nic of parts(body, 'networkInterfaces')) {
    site.ips.drop(spaceOf(site, insideOf(nic), scope), text(nic, 'networkIP') ?? '', key);
    for (const access of parts(nic, 'accessConfigs')) {
      site.ips.drop(spaceOf(site, outsideOf(access), scope), text(access, 'natIP') ?? '', key);
    }
  }
}
