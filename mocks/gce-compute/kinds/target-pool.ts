import { ApiError, invalidField, requiredField } from '../api-error.ts';
import { type Document, parts, text, texts } from '../json.ts';
import type { ActionRequest, Kind } from '../kind.ts';
import { parseLink } from '../links.ts';
import { namedInstances } from '../members.ts';
import { resolveLink } from '../references.ts';

/** https://cloud.google.com/load-balancing/docs/quotas: instances named when the pool is made, and in all. */
const mostAtOnce = 200;
const affinities: readonly string[] = ['NONE', 'CLIENT_IP', 'CLIENT_IP_PROTO'];

function complete(body: Document): Document {
  const affinity = text(body, 'sessionAffinity') ?? 'NONE';
  if (!affinities.includes(affinity)) {
    throw invalidField('resource.sessionAffinity', affinity, 'Not allowed for target pools.');
  }
  if (texts(body, 'healthChecks').length > 1) {
    throw invalidField('resource.healthChecks', body['healthChecks'], 'At most one health check is allowed.');
  }
  return { ...body, sessionAffinity: affinity, instances: [...new Set(texts(body, 'instances'))] };
}

function addInstance(request: ActionRequest): Document {
  const { entry, site } = request;
  const added = namedInstances(request).map(site.link);
  return { ...entry.body, instances: [...new Set([...texts(entry.body, 'instances'), ...added])] };
}

function removeInstance(request: ActionRequest): Document {
  const { entry, site } = request;
  const removed = new Set(namedInstances(request, false).map(site.link));
  return { ...entry.body, instances: texts(entry.body, 'instances').filter((link) => !removed.has(link)) };
}

function namedChecks({ site, entry, body }: ActionRequest, mustExist: boolean): readonly string[] {
  const named = parts(body, 'healthChecks');
  if (named.length === 0) throw requiredField('healthChecks');
  return named.map((item, at) => {
    const link = text(item, 'healthCheck') ?? '';
    const field = `healthChecks[${at}].healthCheck`;
    if (!mustExist) return site.link(parseLink(link)?.key ?? link);
    return site.link(
      resolveLink(site, { field, link, to: ['httpHealthChecks'], from: entry.scope, within: 'inside' }).key,
    );
  });
}

function setBackup({ site, entry, body, query }: ActionRequest): Document {
  const link = text(body, 'target');
  const ratio = query.get('failoverRatio');
  if (link === undefined) return { ...entry.body, backupPool: undefined, failoverRatio: undefined };
  const pool = resolveLink(site, {
    field: 'target',
    link,
    to: ['targetPools'],
    from: entry.scope,
    within: 'inside',
  });
  return { ...entry.body, backupPool: site.link(pool.key), failoverRatio: Number(ratio ?? 0) };
}

/** https://cloud.google.com/compute/docs/reference/rest/v1/targetPools/getHealth */
function getHealth({ site, entry, body }: ActionRequest): Document {
  const link = text(body, 'instance');
  if (link === undefined) throw requiredField('instance');
  const key = parseLink(link)?.key ?? '';
  if (!texts(entry.body, 'instances').includes(site.link(key))) {
    throw new ApiError(
      400,
      'invalid',
      `Invalid value for field 'instance': '${link}'. Not a member of the target pool.`,
    );
  }
  const rules = site.referrers(entry.key).filter(({ collection }) => collection === 'forwardingRules');
  const nic = parts(site.get(key)?.body ?? {}, 'networkInterfaces')[0] ?? {};
  const healthStatus = (rules.length === 0 ? [undefined] : rules).map((rule) => ({
    instance: site.link(key),
    healthState: site.health(entry.key, key),
    ipAddress: rule === undefined ? (text(nic, 'networkIP') ?? '') : (text(rule.body, 'IPAddress') ?? ''),
  }));
  return { kind: 'compute#targetPoolInstanceHealth', healthStatus };
}

export const targetPool: Kind = {
  collection: 'targetPools',
  message: 'TargetPool',
  noun: 'target_pool',
  scopes: ['regions'],
  outputs: ['securityPolicy'],
  mutable: [],
  references: [
    { path: 'healthChecks[]', to: ['httpHealthChecks'], within: 'inside' },
    { path: 'instances[]', to: ['instances'], within: 'inside', weak: true },
    { path: 'backupPool', to: ['targetPools'], within: 'inside' },
  ],
  complete: (body, { previous }) => {
    if (previous === undefined && texts(body, 'instances').length > mostAtOnce) {
      throw invalidField('resource.instances', texts(body, 'instances').length, `At most ${mostAtOnce} are allowed.`);
    }
    return complete(body);
  },
  quota: () => ['TARGET_POOLS'],
  actions: {
    addInstance: { change: addInstance, overlap: true },
    removeInstance: { change: removeInstance, overlap: true },
    addHealthCheck: {
      change: (request) => {
        const all = new Set([...texts(request.entry.body, 'healthChecks'), ...namedChecks(request, true)]);
        return complete({ ...request.entry.body, healthChecks: [...all] });
      },
    },
    removeHealthCheck: {
      change: (request) => {
        const removed = namedChecks(request, false);
        const left = texts(request.entry.body, 'healthChecks').filter((link) => !removed.includes(link));
        return { ...request.entry.body, healthChecks: left };
      },
    },
    setBackup: { change: setBackup },
    getHealth: { answer: getHealth },
  },
};
