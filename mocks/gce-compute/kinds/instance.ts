import { ApiError, conditionNotMet, requiredField } from '../api-error.ts';
import { pickAddress, spaceOf } from '../address-choice.ts';
import { fingerprintOf, sameFingerprint } from '../fingerprint.ts';
import { type Document, part, parts, text, texts } from '../json.ts';
import type { ActionRequest, Kind, Placement, Site } from '../kind.ts';
import { regionOf } from '../links.ts';
import type { Entry } from '../resource-store.ts';

const wishOf = (nic: Document) => ({
  internal: true,
  family: 'IPV4' as const,
  tier: 'PREMIUM',
  subnetwork: text(nic, 'subnetwork'),
  network: text(nic, 'network'),
});

function complete(body: Document, { site, scope }: Placement): Document {
  const region = regionOf(scope) ?? site.region;
  const nics = parts(body, 'networkInterfaces');
  const network = site.link('global/networks/default');
  const first = nics[0] ?? { network, subnetwork: site.link(`regions/${region}/subnetworks/default`) };
  const machineType = text(body, 'machineType') ?? `zones/${scope.name}/machineTypes/e2-medium`;
  return {
    canIpForward: false,
    cpuPlatform: 'Intel Broadwell',
    deletionProtection: false,
    scheduling: { onHostMaintenance: 'MIGRATE', automaticRestart: true, preemptible: false },
    ...body,
    machineType: site.link(machineType.slice(machineType.indexOf('zones/'))),
    status: text(body, 'status') ?? 'RUNNING',
    networkInterfaces: [first, ...nics.slice(1)].map((nic, at) => ({
      kind: 'compute#networkInterface',
      name: `nic${at}`,
      stackType: 'IPV4_ONLY',
      network,
      ...nic,
    })),
  };
}

/** https://cloud.google.com/compute/docs/troubleshooting/troubleshooting-vm-creation */
const addressInUse = (ip: string): ApiError =>
  new ApiError(400, 'ipInUseByAnotherResource', `IP '${ip}' is already being used by another resource.`);

function acquire(body: Document, { site, scope, key }: Placement): Document {
  const networkInterfaces = parts(body, 'networkInterfaces').map((nic) => {
    const choice = pickAddress(
      site,
      scope,
      wishOf(nic),
      text(nic, 'networkIP'),
      'resource.networkInterfaces.networkIP',
    );
    if ((site.ips.find(choice.space, choice.ip)?.users.length ?? 0) > 0) throw addressInUse(choice.ip);
    site.ips.use({ ...choice, tier: 'PREMIUM', region: regionOf(scope) ?? '' }, key);
    return { ...nic, networkIP: choice.ip };
  });
  return { ...body, networkInterfaces };
}

function release({ body, key, scope }: Entry, site: Site): void {
  for (const nic of parts(body, 'networkInterfaces')) {
    site.ips.drop(spaceOf(site, wishOf(nic), scope), text(nic, 'networkIP') ?? '', key);
  }
}

const tagsOf = (body: Document): Document => {
  const items = texts(part(body, 'tags'), 'items');
  return { ...(items.length > 0 ? { items } : {}), fingerprint: fingerprintOf(items) };
};

/** https://cloud.google.com/compute/docs/reference/rest/v1/instances/setTags */
function setTags({ entry, body }: ActionRequest): Document {
  const fingerprint = text(body, 'fingerprint');
  if (fingerprint === undefined) throw requiredField('fingerprint');
  if (!sameFingerprint(fingerprint, text(tagsOf(entry.body), 'fingerprint') ?? '')) throw conditionNotMet();
  return { ...entry.body, tags: { items: texts(body, 'items') } };
}

const withStatus =
  (status: string) =>
  ({ entry }: ActionRequest): Document => ({ ...entry.body, status });

export const instance: Kind = {
  collection: 'instances',
  message: 'Instance',
  noun: 'instance',
  scopes: ['zones'],
  outputs: ['status', 'statusMessage', 'cpuPlatform', 'lastStartTimestamp', 'lastStopTimestamp'],
  mutable: [],
  labels: true,
  fingerprinted: true,
  references: [
    { path: 'networkInterfaces[].network', to: ['networks'], within: 'inside' },
    { path: 'networkInterfaces[].subnetwork', to: ['subnetworks'], within: 'inside' },
  ],
  complete,
  acquire,
  release,
  show: (entry) => ({ tags: tagsOf(entry.body) }),
  quota: () => ['INSTANCES'],
  actions: {
    setTags: { change: setTags },
    start: { change: withStatus('RUNNING') },
    stop: { change: withStatus('TERMINATED') },
    reset: { change: withStatus('RUNNING') },
  },
};

export interface NewInstance {
  readonly name: string;
  readonly zone: string;
  readonly networkIP?: string | undefined;
  readonly tags?: readonly string[] | undefined;
}

/** The request body of `instances.insert` for a plain VM. */
export const instanceBody = ({ name, networkIP, tags }: NewInstance): Document => ({
  name,
  ...(tags === undefined ? {} : { tags: { items: tags } }),
  ...(networkIP === undefined ? {} : { networkInterfaces: [{ networkIP }] }),
});
