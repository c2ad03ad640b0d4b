import { equal } from '../graph/diff.ts';
import type { PatchOperation } from '../kube/api.ts';
import type { Condition, Service, ServiceIngress } from '../model/service.ts';
import type { Ingress } from '../provider.ts';
import { programmedType } from './conditions.ts';

/** The finalizer of service load balancers, the same for all controllers of them. */
export const finalizer = 'service.kubernetes.io/load-balancer-cleanup';

/** What Portico wants a Service to carry; what is left out stays as it is. */
export interface Wished {
  readonly finalizer?: boolean;
  readonly ingress?: readonly ServiceIngress[];
  /** Null takes the condition away. */
  readonly condition?: Condition | null;
}

/** As the Service's status names it. Kubernetes' `VIP`: packets arrive with the balancer's address as destination. */
export const ingressStatus = (ingress: Ingress): ServiceIngress =>
  'ip' in ingress ? { ip: ingress.ip, ipMode: 'VIP' } : { hostname: ingress.hostname };

/** How a person names an ingress. */
export const ingressName = ({ ip, hostname }: ServiceIngress): string => ip ?? hostname ?? '';

/**
 * The JSON patch that makes the Service carry what is wished; empty when it does. It has a precondition for everything
 * that it takes for granted, so that finalizers and conditions of others are never lost, and a Service that was made
 * anew under the name is never touched.
 */
export function servicePatch(service: Service, wished: Wished): readonly PatchOperation[] {
  const changes = [
    ...finalizerChanges(service, wished.finalizer),
    ...ingressChanges(service, wished.ingress),
    ...conditionChanges(service, wished.condition),
  ];
  if (changes.length === 0) return [];
  const { uid, resourceVersion } = service.metadata;
  const tests: PatchOperation[] = [{ op: 'test', path: '/metadata/uid', value: uid }];
  // Taking our own finalizer or condition away names what it takes; all else replaces or adds to what was read.
  if (changes.some(({ op }) => op === 'add')) {
    tests.push({ op: 'test', path: '/metadata/resourceVersion', value: resourceVersion });
  }
  return [...tests, ...changes];
}

function finalizerChanges(service: Service, wanted: boolean | undefined): PatchOperation[] {
  const { finalizers } = service.metadata;
  const index = finalizers.indexOf(finalizer);
  if (wanted === undefined || wanted === index >= 0) return [];
  if (wanted) {
    return finalizers.length === 0
      ? [{ op: 'add', path: '/metadata/finalizers', value: [finalizer] }]
      : [{ op: 'add', path: '/metadata/finalizers/-', value: finalizer }];
  }
  const path = `/metadata/finalizers/${index}`;
  return [
    { op: 'test', path, value: finalizer },
    { op: 'remove', path },
  ];
}

function ingressChanges({ status }: Service, wanted: readonly ServiceIngress[] | undefined): PatchOperation[] {
  if (wanted === undefined || equal(status.ingress, wanted)) return [];
  const value = wanted.length === 0 ? {} : { ingress: wanted };
  return [{ op: 'add', path: '/status/loadBalancer', value }];
}

function conditionChanges(service: Service, wanted: Condition | null | undefined): PatchOperation[] {
  const { conditions } = service.status;
  const index = conditions.findIndex(({ type }) => type === programmedType);
  if (wanted === undefined || equal(conditions[index] ?? null, wanted)) return [];
  const path = `/status/conditions/${index}`;
  const ours: PatchOperation = { op: 'test', path: `${path}/type`, value: programmedType };
  if (wanted === null) return [ours, { op: 'remove', path }];
  if (index >= 0) return [ours, { op: 'replace', path, value: wanted }];
  return conditions.length === 0
    ? [{ op: 'add', path: '/status/conditions', value: [wanted] }]
    : [{ op: 'add', path: '/status/conditions/-', value: wanted }];
}
