import { at, isObject, listOf } from '../../kube-apiserver/json.ts';
import type { KubeObject } from '../../kube-apiserver/kind.ts';
import { isTerminating } from '../../kube-apiserver/metadata.ts';
import type { NodeAnswer } from '../packet.ts';
import { readyHere } from './endpoint-choice.ts';
import type { ServicePort } from './service-table.ts';

export const proxyHealthPort = 10_256;

/** The node is about to be deleted: new connections of `Cluster` Services should go elsewhere. */
const goingTaint = 'ToBeDeletedByClusterAutoscaler';

const json = (status: number, body: object, headers: Readonly<Record<string, string>> = {}): NodeAnswer => ({
  status,
  headers: { 'content-type': 'application/json', 'x-content-type-options': 'nosniff', ...headers },
  body: `${JSON.stringify(body)}\n`,
});

/**
 * What the node says on a Service's `healthCheckNodePort`, whatever the path: 200 while it has a ready endpoint; the weight is
 * how many it has.
 */
export function serviceHealth(port: ServicePort, node: string): NodeAnswer {
  const localEndpoints = readyHere(port, node);
  const [namespace = '', name = ''] = port.service.split('/');
  return json(
    localEndpoints > 0 ? 200 : 503,
    { service: { namespace, name }, localEndpoints, serviceProxyHealthy: true },
    { 'x-load-balancing-endpoint-weight': String(localEndpoints) },
  );
}

/** kube-proxy's own `/healthz`, which knows of the node's end, and `/livez`, which does not. */
export function proxyHealth(node: KubeObject | undefined, path: string, now: string): NodeAnswer {
  const [bare] = path.split('?');
  if (bare !== '/healthz' && bare !== '/livez') return { status: 404, headers: {}, body: '404 page not found\n' };
  const going = !node || isTerminating(node) || taints(node).includes(goingTaint);
  const eligible = bare === '/livez' || !going;
  return json(eligible ? 200 : 503, {
    lastUpdated: now,
    currentTime: now,
    ...(bare === '/healthz' ? { nodeEligible: eligible } : {}),
  });
}

const taints = (node: KubeObject) =>
  listOf(at(node, 'spec', 'taints'))
    .filter(isObject)
    .map((taint) => taint['key']);
