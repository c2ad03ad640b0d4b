import type { SharedStorage, Strategy } from '../kind.ts';
import { deploymentSchema, replicaSetSchema } from '../schema/apps.ts';
import { leaseSchema } from '../schema/coordination.ts';
import {
  configMapSchema,
  endpointsSchema,
  eventSchema,
  namespaceSchema,
  secretSchema,
  serviceAccountSchema,
} from '../schema/core.ts';
import { endpointSliceSchema } from '../schema/discovery.ts';
import { newEventSchema } from '../schema/events.ts';
import { nodeSchema } from '../schema/node.ts';
import { podSchema } from '../schema/pod.ts';
import { clusterRoleBindingSchema, clusterRoleSchema, roleBindingSchema, roleSchema } from '../schema/rbac.ts';
import type { ObjectSchema } from '../schema/schema.ts';
import { serviceSchema } from '../schema/service.ts';
import { configMapStrategy, secretStrategy, serviceAccountStrategy } from './config-map.ts';
import { endpointSliceStrategy } from './endpoint-slice.ts';
import { endpointsStrategy } from './endpoints.ts';
import { eventStorage, eventStrategy, newEventStrategy } from './event.ts';
import { leaseStrategy } from './lease.ts';
import { namespaceStrategy } from './namespace.ts';
import { nodeStrategy } from './node.ts';
import { podStrategy } from './pod/strategy.ts';
import { clusterRoleBindingStrategy, clusterRoleStrategy, roleBindingStrategy, roleStrategy } from './rbac.ts';
import { serviceStrategy } from './service/strategy.ts';
import { deploymentStrategy, replicaSetStrategy } from './workload.ts';

/** Shape and behaviour of a kind, apart from how it is served. */
export interface KindRules {
  readonly schema: ObjectSchema;
  readonly strategy: Strategy;
  readonly storage?: SharedStorage;
}

/** By group and kind: `/Service`, `events.k8s.io/Event`. */
export const rules = {
  '/Namespace': { schema: namespaceSchema, strategy: namespaceStrategy },
  '/Node': { schema: nodeSchema, strategy: nodeStrategy },
  '/Service': { schema: serviceSchema, strategy: serviceStrategy },
  '/Pod': { schema: podSchema, strategy: podStrategy },
  '/Endpoints': { schema: endpointsSchema, strategy: endpointsStrategy },
  '/Event': { schema: eventSchema, strategy: eventStrategy },
  '/ConfigMap': { schema: configMapSchema, strategy: configMapStrategy },
  '/Secret': { schema: secretSchema, strategy: secretStrategy },
  '/ServiceAccount': { schema: serviceAccountSchema, strategy: serviceAccountStrategy },
  'discovery.k8s.io/EndpointSlice': { schema: endpointSliceSchema, strategy: endpointSliceStrategy },
  'coordination.k8s.io/Lease': { schema: leaseSchema, strategy: leaseStrategy },
  'events.k8s.io/Event': { schema: newEventSchema, strategy: newEventStrategy, storage: eventStorage },
  'apps/Deployment': { schema: deploymentSchema, strategy: deploymentStrategy },
  'apps/ReplicaSet': { schema: replicaSetSchema, strategy: replicaSetStrategy },
  'rbac.authorization.k8s.io/Role': { schema: roleSchema, strategy: roleStrategy },
  'rbac.authorization.k8s.io/ClusterRole': { schema: clusterRoleSchema, strategy: clusterRoleStrategy },
  'rbac.authorization.k8s.io/RoleBinding': { schema: roleBindingSchema, strategy: roleBindingStrategy },
  'rbac.authorization.k8s.io/ClusterRoleBinding': {
    schema: clusterRoleBindingSchema,
    strategy: clusterRoleBindingStrategy,
  },
} as const satisfies Readonly<Record<string, KindRules>>;
