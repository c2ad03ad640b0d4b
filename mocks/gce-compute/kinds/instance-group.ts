import { badRequest, conditionNotMet, invalidField } from '../api-error.ts';
import { sameFingerprint } from '../fingerprint.ts';
import { checkRange } from '../fields.ts';
import { type Document, parts, text } from '../json.ts';
import type { ActionRequest, Kind, Placement } from '../kind.ts';
import { memberPage } from '../listing.ts';
import { addMembers, memberField, membersOf, removeMembers } from '../members.ts';

function checkNamedPorts(ports: readonly Document[]): void {
  ports.forEach((port, at) => {
    checkRange(port, 'port', 1, 65_535, `namedPorts[${at}]`);
    if (!/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text(port, 'name') ?? '')) {
      throw invalidField(`namedPorts[${at}].name`, port['name'], 'Must be a valid name.');
    }
  });
}

function setNamedPorts({ entry, body, site }: ActionRequest): Document {
  const fingerprint = text(body, 'fingerprint');
  const current = text(site.show(entry), 'fingerprint') ?? '';
  if (fingerprint !== undefined && !sameFingerprint(fingerprint, current)) throw conditionNotMet();
  checkNamedPorts(parts(body, 'namedPorts'));
  return { ...entry.body, namedPorts: parts(body, 'namedPorts') };
}

/** https://cloud.google.com/compute/docs/reference/rest/v1/instanceGroups/listInstances */
function listInstances({ site, entry, body, query }: ActionRequest): Document {
  const state = text(body, 'instanceState') ?? 'ALL';
  if (state !== 'ALL' && state !== 'RUNNING') throw badRequest(`Invalid value for field 'instanceState': '${state}'.`);
  const rows = membersOf(entry.body).map((key) => ({
    instance: site.link(key),
    status: text(site.get(key)?.body ?? {}, 'status') ?? 'RUNNING',
    ...(parts(entry.body, 'namedPorts').length > 0 ? { namedPorts: parts(entry.body, 'namedPorts') } : {}),
  }));
  const wanted = rows
    .filter((row) => state === 'ALL' || row.status === 'RUNNING')
    .map((row) => [row.instance, row] as const);
  return { kind: 'compute#instanceGroupsListInstances', selfLink: site.link(entry.key), ...memberPage(wanted, query) };
}

export const instanceGroup: Kind = {
  collection: 'instanceGroups',
  message: 'InstanceGroup',
  noun: 'instance_group',
  scopes: ['zones'],
  outputs: ['size', 'subnetwork'],
  mutable: [],
  fingerprinted: true,
  references: [
    { path: 'network', to: ['networks'], within: 'inside' },
    { path: 'subnetwork', to: ['subnetworks'], within: 'inside' },
    { path: `${memberField}[]`, to: ['instances'], within: 'inside', weak: true },
  ],
  complete: (body: Document, { previous }: Placement) => {
    checkNamedPorts(parts(body, 'namedPorts'));
    return { ...body, [memberField]: previous?.[memberField] ?? [] };
  },
  show: (entry) => ({ size: membersOf(entry.body).length }),
  quota: () => ['INSTANCE_GROUPS'],
  actions: {
    addInstances: { change: addMembers, overlap: true },
    removeInstances: { change: removeMembers, overlap: true },
    setNamedPorts: { change: setNamedPorts },
    listInstances: { answer: listInstances },
  },
};
