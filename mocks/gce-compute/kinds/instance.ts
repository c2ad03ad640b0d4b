import { conditionNotMet, invalidField, requiredField } from '../api-error.ts';
import { fingerprintOf, sameFingerprint } from '../fingerprint.ts';
import { type Document, omit, part, parts, text, texts } from '../json.ts';
import type { ActionRequest, Kind, Placement } from '../kind.ts';
import { claimInterfaces, completeInterfaces, releaseInterfaces } from './network-interface.ts';

/** What a client may leave out of a disk, and what only its creation needs. */
const completeDisk = (disk: Document, at: number): Document => ({
  kind: 'compute#attachedDisk',
  index: at,
  mode: 'READ_WRITE',
  type: 'PERSISTENT',
  ...omit(disk, ['initializeParams']),
});

function complete(body: Document, placement: Placement): Document {
  const { site, scope } = placement;
  const machineType = text(body, 'machineType') ?? `zones/${scope.name}/machineTypes/e2-medium`;
  return {
    canIpForward: false,
    cpuPlatform: 'Intel Broadwell',
    deletionProtection: false,
    scheduling: { onHostMaintenance: 'MIGRATE', automaticRestart: true, preemptible: false },
    ...body,
    machineType: site.link(machineType.slice(machineType.indexOf('zones/'))),
    status: text(body, 'status') ?? 'RUNNING',
    disks: parts(body, 'disks').map(completeDisk),
    networkInterfaces: completeInterfaces(body, placement),
  };
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

const metadataOf = (body: Document): Document => {
  const { items } = part(body, 'metadata');
  return {
    kind: 'compute#metadata',
    fingerprint: fingerprintOf(items ?? []),
    ...(items === undefined ? {} : { items }),
  };
};

/** https://cloud.google.com/compute/docs/reference/rest/v1/instances/setMetadata */
function setMetadata({ entry, body }: ActionRequest): Document {
  const fingerprint = text(body, 'fingerprint') ?? '';
  if (!sameFingerprint(fingerprint, text(metadataOf(entry.body), 'fingerprint') ?? '')) throw conditionNotMet();
  const keys = parts(body, 'items').map((item) => text(item, 'key') ?? '');
  const repeated = keys.find((key, at) => keys.indexOf(key) !== at);
  if (repeated !== undefined) throw invalidField('metadata.items', repeated, 'Metadata keys must be unique.');
  const items = parts(body, 'items');
  return { ...entry.body, metadata: items.length > 0 ? { items } : {} };
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
  acquire: claimInterfaces,
  release: ({ body, scope, key }, site) => releaseInterfaces(body, scope, key, site),
  show: (entry) => ({ tags: tagsOf(entry.body), metadata: metadataOf(entry.body) }),
  quota: () => ['INSTANCES'],
  actions: {
    setTags: { change: setTags },
    setMetadata: { change: setMetadata },
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
