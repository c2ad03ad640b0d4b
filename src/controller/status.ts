import { createHash } from 'node:crypto';
import { equal } from '../graph/diff.ts';
import type { PatchOperation } from '../kube/api.ts';
import type { Condition, IngressPort, Service, ServiceIngress } from '../model/service.ts';
import type { Unserved } from '../model/service-intent.ts';
import type { Ingress } from '../provider.ts';
import { type ConditionType, conditionTypes } from './conditions.ts';

/** The finalizer of service load balancers, the same for all controllers of them; ours where a Service names no class. */
export const finalizer = 'service.kubernetes.io/load-balancer-cleanup';

const ownPrefix = 'portico.dev/';

/**
 * The finalizer by which the Services of a class are held. A class has its own: it tells whose cleanup is waited for
 * after the class is gone from the Service with its type, and no cloud controller beside us takes it away, as Kubernetes'
 * own does with the common one.
 */
export function finalizerOf(loadBalancerClass: string | null): string {
  if (loadBalancerClass === null) return finalizer;
  const hash = createHash('sha256').update(loadBalancerClass).digest('hex').slice(0, 8);
  // What follows the slash may have 63 characters and no second slash.
  return `${ownPrefix}${loadBalancerClass.replace('/', '_').slice(0, 54)}-${hash}`;
}

export const isBalancerFinalizer = (name: string): boolean => name === finalizer || name.startsWith(ownPrefix);

/** What Portico wants a Service to carry; what is left out stays as it is. */
export interface Wished {
  readonly finalizer?: boolean;
  readonly ingress?: readonly ServiceIngress[];
  /** Null takes the condition away. */
  readonly conditions?: Readonly<Partial<Record<ConditionType, Condition | null>>>;
}

/** As the Service's status names it. Kubernetes' `VIP`: packets arrive with the balancer's address as destination. */
export const ingressStatus = (ingress: Ingress): ServiceIngress =>
  'ip' in ingress ? { ip: ingress.ip, ipMode: 'VIP' } : { hostname: ingress.hostname };

/**
 * The ingress with what becomes of each port of the Service, when one of them is not served; without, when all are.
 * https://github.com/kubernetes/enhancements/tree/master/keps/sig-network/1435-mixed-protocol-lb
 */
export function withPorts(ingress: ServiceIngress, { spec }: Service, unserved: readonly Unserved[]): ServiceIngress {
  if (unserved.length === 0) return ingress;
  const ports = spec.ports.map(({ port, protocol = 'TCP' }): IngressPort => {
    const error = unserved.some((each) => each.port === port && each.protocol === protocol);
    return { port, protocol, ...(error ? { error: 'portico.dev/ProtocolNotSupported' } : {}) };
  });
  return { ...ingress, ports };
}

/** How a person names an ingress. */
export const ingressName = ({ ip, hostname }: ServiceIngress): string => ip ?? hostname ?? '';

/**
 * The JSON patch that makes the Service carry what is wished; empty when it does. It has a precondition for everything
 * that it takes for granted, so that finalizers and conditions of others are never lost, and a Service that was made
 * anew under the name is never touched.
 */
export function servicePatch(service: Service, wished: Wished, ownFinalizer = finalizer): readonly PatchOperation[] {
  const changes = [
    ...finalizerChanges(service, ownFinalizer, wished.finalizer),
    ...ingressChanges(service, wished.ingress),
    ...conditionChanges(service.status.conditions, wished.conditions ?? {}),
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

function finalizerChanges(service: Service, own: string, wanted: boolean | undefined): PatchOperation[] {
  const { finalizers } = service.metadata;
  const index = finalizers.indexOf(own);
  if (wanted === undefined || wanted === index >= 0) return [];
  if (wanted) {
    return finalizers.length === 0
      ? [{ op: 'add', path: '/metadata/finalizers', value: [own] }]
      : [{ op: 'add', path: '/metadata/finalizers/-', value: own }];
  }
  const path = `/metadata/finalizers/${index}`;
  return [
    { op: 'test', path, value: own },
    { op: 'remove', path },
  ];
}

function ingressChanges({ status }: Service, wanted: readonly ServiceIngress[] | undefined): PatchOperation[] {
  if (wanted === undefined || equal(status.ingress, wanted)) return [];
  const value = wanted.length === 0 ? {} : { ingress: wanted };
  return [{ op: 'add', path: '/status/loadBalancer', value }];
}

/** One after the other: each change finds the conditions as the one before left them. */
function conditionChanges(before: readonly Condition[], wanted: NonNullable<Wished['conditions']>): PatchOperation[] {
  let conditions = before;
  const changes: PatchOperation[] = [];
  for (const type of conditionTypes) {
    const wish = wanted[type];
    const index = conditions.findIndex((condition) => condition.type === type);
    if (wish === undefined || equal(conditions[index] ?? null, wish)) continue;
    const path = `/status/conditions/${index}`;
    const ours: PatchOperation = { op: 'test', path: `${path}/type`, value: type };
    if (wish === null) {
      changes.push(ours, { op: 'remove', path });
      conditions = conditions.toSpliced(index, 1);
    } else if (index >= 0) {
      changes.push(ours, { op: 'replace', path, value: wish });
      conditions = conditions.with(index, wish);
    } else {
      changes.push(
        conditions.length === 0
          ? { op: 'add', path: '/status/conditions', value: [wish] }
          : { op: 'add', path: '/status/conditions/-', value: wish },
      );
      conditions = [...conditions, wish];
    }
  }
  return changes;
}
