import type { Policy, ServiceEndpoint, ServicePort } from './service-table.ts';

export type Choice =
  | { readonly type: 'endpoints'; readonly endpoints: readonly ServiceEndpoint[] }
  /** There is nobody in the whole cluster: the client is told. */
  | { readonly type: 'none' }
  /** There is somebody, but not on this node, and other nodes are not asked. */
  | { readonly type: 'none-here' };

/**
 * The endpoints that a node may use. Those that are ready; where none is, those that end but still serve, each time in
 * the whole cluster or on the node alone. https://kubernetes.io/docs/reference/networking/virtual-ips/#traffic-policies
 */
export function usableEndpoints(endpoints: readonly ServiceEndpoint[], node: string, policy: Policy): Choice {
  const everywhere = best(endpoints);
  const here = best(endpoints.filter((endpoint) => endpoint.node === node));
  if (everywhere.length === 0 && here.length === 0) return { type: 'none' };
  if (policy === 'Cluster') return { type: 'endpoints', endpoints: everywhere };
  return here.length > 0 ? { type: 'endpoints', endpoints: here } : { type: 'none-here' };
}

function best(endpoints: readonly ServiceEndpoint[]): readonly ServiceEndpoint[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  return ready.length > 0 ? ready : endpoints.filter((endpoint) => endpoint.serving && endpoint.terminating);
}

/** What the node's health check for a Service counts: endpoints that are ready, on this node. */
export const readyHere = ({ endpoints }: ServicePort, node: string): number =>
  endpoints.filter((endpoint) => endpoint.ready && endpoint.node === node).length;
