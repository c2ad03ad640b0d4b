import { badRequest, invalidField, requiredField } from '../api-error.ts';
import { checkLength, checkRange, parsePorts, words } from '../fields.ts';
import { parseRange } from '../ip-address.ts';
import { count, type Document, parts, text, texts } from '../json.ts';
import type { Kind, Placement } from '../kind.ts';

/** https://cloud.google.com/firewall/docs/quotas#limits */
const most = { ports: 100, ranges: 5000, sourceTags: 30, targetTags: 70, sourceAccounts: 10, targetAccounts: 10 };

const protocols: readonly string[] = ['tcp', 'udp', 'icmp', 'esp', 'ah', 'sctp', 'ipip', 'all'];
/** By name or number: tcp, udp, sctp. Others have no ports. */
const withPorts: readonly string[] = ['tcp', 'udp', 'sctp', '6', '17', '132'];

function checkEntry(entry: Document, field: string): Document {
  const protocol = text(entry, 'IPProtocol')?.toLowerCase();
  if (protocol === undefined) throw requiredField(`${field}.IPProtocol`);
  const numeric = /^\d{1,3}$/.test(protocol) && Number(protocol) <= 255;
  if (!numeric && !protocols.includes(protocol)) {
    throw invalidField(`${field}.IPProtocol`, text(entry, 'IPProtocol'), 'Must be a known protocol or its number.');
  }
  const ports = texts(entry, 'ports');
  if (ports.length > 0 && !withPorts.includes(protocol)) {
    throw invalidField(`${field}.ports`, ports, `Ports are not supported for protocol '${protocol}'.`);
  }
  if (ports.length > most.ports) {
    throw invalidField(`${field}.ports`, ports.length, `At most ${most.ports} ports or port ranges are allowed.`);
  }
  ports.forEach((port, at) => {
    if (parsePorts(port, 0) === undefined) {
      throw invalidField(`${field}.ports[${at}]`, port, 'Must be a port or a range of ports such as 80-443.');
    }
  });
  return { ...entry, IPProtocol: protocol };
}

function checkRanges(body: Document, field: string): string | undefined {
  const ranges = texts(body, field);
  if (ranges.length > most.ranges) {
    throw invalidField(`resource.${field}`, ranges.length, `At most ${most.ranges} ranges are allowed.`);
  }
  const families = ranges.map((range, at) => {
    const parsed = parseRange(range);
    if (parsed === undefined) {
      throw invalidField(`resource.${field}[${at}]`, range, 'Must be a valid CIDR address range.');
    }
    return parsed.family;
  });
  if (new Set(families).size > 1) throw badRequest(`IPv4 and IPv6 ranges cannot be mixed in resource.${field}.`);
  return families[0];
}

function checkLists(body: Document): void {
  const limits: readonly (readonly [string, number])[] = [
    ['sourceTags', most.sourceTags],
    ['targetTags', most.targetTags],
    ['sourceServiceAccounts', most.sourceAccounts],
    ['targetServiceAccounts', most.targetAccounts],
  ];
  for (const [field, limit] of limits) {
    const values = texts(body, field);
    if (values.length > limit) {
      throw invalidField(`resource.${field}`, values.length, `At most ${limit} values are allowed.`);
    }
    const bad = field.endsWith('Tags')
      ? values.find((tag) => !/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(tag))
      : undefined;
    if (bad !== undefined) {
      throw invalidField(`resource.${field}`, bad, "Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'");
    }
  }
  for (const side of ['source', 'target']) {
    if (texts(body, `${side}Tags`).length > 0 && texts(body, `${side}ServiceAccounts`).length > 0) {
      throw badRequest(`Only one of ${side}Tags and ${side}ServiceAccounts may be specified.`);
    }
  }
}

function checkDirection(body: Document, direction: string): void {
  if (direction !== 'EGRESS') return;
  const source = ['sourceRanges', 'sourceTags', 'sourceServiceAccounts'].find((field) => texts(body, field).length > 0);
  if (source !== undefined && source !== 'sourceRanges') {
    throw invalidField(`resource.${source}`, body[source], 'Not allowed with direction EGRESS.');
  }
}

function complete(body: Document, { site }: Placement): Document {
  checkLength(body, 'description', 2048);
  checkRange(body, 'priority', 0, 65_535);
  const allowed = parts(body, 'allowed');
  const denied = parts(body, 'denied');
  if (allowed.length === 0 && denied.length === 0) throw requiredField('resource.allowed');
  if (allowed.length > 0 && denied.length > 0) throw badRequest('Only one of allowed and denied may be specified.');
  const direction = text(body, 'direction') ?? 'INGRESS';
  checkLists(body);
  checkDirection(body, direction);
  const source = checkRanges(body, 'sourceRanges');
  const destination = checkRanges(body, 'destinationRanges');
  if (source !== undefined && destination !== undefined && source !== destination) {
    throw badRequest('Source and destination ranges must be of the same IP family.');
  }
  const open = direction === 'INGRESS' ? 'sourceRanges' : 'destinationRanges';
  const anyone = destination === 'IPV6' ? '::/0' : '0.0.0.0/0';
  const named = ['sourceTags', 'sourceServiceAccounts'].some((field) => texts(body, field).length > 0);
  const limited = texts(body, open).length > 0 || (direction === 'INGRESS' && named);
  return {
    ...body,
    network: text(body, 'network') ?? site.link('global/networks/default'),
    direction,
    priority: count(body, 'priority') ?? 1000,
    disabled: body['disabled'] ?? false,
    logConfig: body['logConfig'] ?? { enable: false },
    ...(limited ? {} : { [open]: [anyone] }),
    ...(allowed.length > 0
      ? { allowed: allowed.map((entry, at) => checkEntry(entry, `resource.allowed[${at}]`)) }
      : {}),
    ...(denied.length > 0 ? { denied: denied.map((entry, at) => checkEntry(entry, `resource.denied[${at}]`)) } : {}),
  };
}

export const firewall: Kind = {
  collection: 'firewalls',
  message: 'Firewall',
  noun: 'firewall',
  scopes: ['global'],
  outputs: [],
  mutable: words(`
    allowed denied description destinationRanges disabled logConfig priority sourceRanges
    sourceServiceAccounts sourceTags targetServiceAccounts targetTags
  `),
  references: [{ path: 'network', to: ['networks'], within: 'inside' }],
  complete,
  quota: () => ['FIREWALLS'],
};
