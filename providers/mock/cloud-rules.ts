import { PorticoError } from '../../src/errors.ts';
import type { ResourceId } from '../../src/graph/resource.ts';
import type { CloudRecord } from './cloud.ts';

/** In a body, a link to another resource of the cloud. */
export interface Link {
  readonly link: ResourceId;
}

export type Body = Readonly<Record<string, unknown>>;

interface KindRules {
  /** Every field of the body, and whether it can be changed in place. */
  readonly fields: Readonly<Record<string, 'mutable' | 'fixed'>>;
  /** What else must be so, as the sentence of the refusal, or undefined when it is. */
  readonly check?: (body: Body) => string | undefined;
}

const nonEmpty = (field: string) => (body: Body) => {
  const value = body[field];
  return Array.isArray(value) && value.length === 0 ? `${field} must not be empty` : undefined;
};

/** What this cloud accepts. Kept apart from the provider's field policies on purpose: the cloud decides, they must fit. */
const kindRules: Readonly<Record<string, KindRules>> = {
  address: { fields: { scheme: 'fixed', family: 'fixed', ip: 'fixed' } },
  'health-check': {
    fields: {
      protocol: 'fixed',
      port: 'mutable',
      path: 'mutable',
      intervalSeconds: 'mutable',
      timeoutSeconds: 'mutable',
      healthyThreshold: 'mutable',
      unhealthyThreshold: 'mutable',
    },
    check: ({ protocol, path, intervalSeconds, timeoutSeconds }) => {
      if (Number(timeoutSeconds) > Number(intervalSeconds)) return 'timeoutSeconds must not exceed intervalSeconds';
      return (protocol === 'http') === (path !== null) ? undefined : 'path goes with http and with nothing else';
    },
  },
  'backend-service': {
    fields: { scheme: 'fixed', healthCheck: 'mutable', groups: 'mutable', affinitySeconds: 'mutable' },
  },
  'forwarding-rule': {
    fields: { scheme: 'fixed', family: 'fixed', address: 'fixed', ports: 'fixed', backend: 'mutable' },
    check: nonEmpty('ports'),
  },
  firewall: {
    fields: { destination: 'mutable', ports: 'mutable', sources: 'mutable' },
    // As in real clouds an empty list would mean everybody; here it is refused, so that nobody opens up by accident.
    check: nonEmpty('sources'),
  },
  'instance-group': { fields: { zone: 'fixed', nodes: 'mutable' } },
};

const validName = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Throws `invalid` unless a resource may be like this in itself. */
export function checkBody(id: ResourceId, body: Body): void {
  const [kind = '', name = ''] = id.split('/');
  const rules = kindRules[kind];
  const refuse = (why: string): never => {
    throw new PorticoError('invalid', `${id}: ${why}.`, { object: id });
  };
  if (!rules) return refuse('there is no such kind');
  if (!validName.test(name)) refuse('a name is a letter and up to 62 letters, digits and dashes, all lower case');
  const unknown = Object.keys(body).filter((field) => !(field in rules.fields));
  const missing = Object.keys(rules.fields).filter((field) => body[field] === undefined);
  if (unknown.length > 0) refuse(`there is no field ${unknown.join(', ')}`);
  if (missing.length > 0) refuse(`${missing.join(', ')} must be given`);
  const wrong = rules.check?.(body);
  if (wrong !== undefined) refuse(wrong);
}

/** Throws `invalid` when a field is to be changed that cannot be. */
export function checkPatch(id: ResourceId, fields: Body): void {
  const rules = kindRules[id.split('/')[0] ?? ''];
  const fixed = Object.keys(fields).filter((field) => rules?.fields[field] !== 'mutable');
  if (fixed.length > 0) {
    throw new PorticoError('invalid', `${id}: ${fixed.join(', ')} cannot be changed in place.`, { object: id });
  }
}

/** Ids that a body links to, each once. */
export const linksOf = (body: unknown): ResourceId[] => [...new Set(collect(body))];

function collect(value: unknown): ResourceId[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('link' in value) return [value.link as ResourceId];
  return Object.values(value).flatMap(collect);
}

/** Throws `conflict` when another rule already listens on one of the ports of this one at the same address. */
export function checkPorts(id: ResourceId, ip: string, body: Body, records: Iterable<CloudRecord>): void {
  const ports = new Set(body['ports'] as readonly string[]);
  for (const other of records) {
    if (other.kind !== 'forwarding-rule' || other.id === id || other.ip !== ip) continue;
    const clash = (other.body['ports'] as readonly string[]).find((port) => ports.has(port));
    if (clash !== undefined) {
      throw new PorticoError(
        'conflict',
        `${other.id} already listens on ${ip} ${clash}. Use another port or address.`,
        {
          object: id,
        },
      );
    }
  }
}
