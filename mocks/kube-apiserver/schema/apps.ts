import {
  bool,
  int32,
  int64,
  intOrString,
  keyed,
  list,
  object,
  pointer,
  required,
  shape,
  struct,
  text,
  time,
  topLevel,
} from './build.ts';
import { labelSelector, objectMeta } from './meta.ts';
import { podTemplateSpec } from './pod.ts';

const pkg = 'io.k8s.api.apps.v1';

const rollingUpdate = shape(`${pkg}.RollingUpdateDeployment`, 'How pods are replaced step by step.', {
  maxUnavailable: intOrString('How many pods may be missing, as a number or percentage; 25% when absent.', pointer),
  maxSurge: intOrString('How many pods there may be too many; 25% when absent.', pointer),
});

const strategy = shape(`${pkg}.DeploymentStrategy`, 'How old pods are replaced by new ones.', {
  type: text('Recreate or RollingUpdate.', { goType: 'v1.DeploymentStrategyType' }),
  rollingUpdate: object(rollingUpdate, 'Settings of RollingUpdate.'),
});

const conditionFields = {
  type: text('Type of the condition.', { required: true, keepEmpty: true } as const),
  status: text('True, False or Unknown.', { required: true, keepEmpty: true, goType: 'v1.ConditionStatus' } as const),
};

const deploymentCondition = shape(`${pkg}.DeploymentCondition`, 'One aspect of the state of a deployment.', {
  ...conditionFields,
  lastUpdateTime: time('When the condition was last updated.'),
  lastTransitionTime: time('When the status last changed.'),
  reason: text('Why, as one word.'),
  message: text('Why, for people.'),
});

export const deploymentSchema = topLevel(`${pkg}.Deployment`, 'Declarative updates of pods.', objectMeta, {
  spec: struct(
    shape(`${pkg}.DeploymentSpec`, 'Wanted behaviour of a deployment.', {
      replicas: int32('How many pods are wanted; 1 when absent.', pointer),
      selector: object(labelSelector, 'Which pods are meant; cannot change.', { required: true, keepEmpty: true }),
      template: struct(podTemplateSpec, 'The pods to make.', required),
      strategy: struct(strategy, 'How pods are replaced.', { patchStrategy: 'retainKeys' }),
      minReadySeconds: int32('Seconds a new pod must be ready to count as available.'),
      revisionHistoryLimit: int32('How many old ReplicaSets are kept; 10 when absent.', pointer),
      paused: bool('Whether the deployment stands still.'),
      progressDeadlineSeconds: int32('Seconds after which no progress counts as failure; 600 when absent.', pointer),
    }),
    'Wanted behaviour.',
  ),
  status: struct(
    shape(`${pkg}.DeploymentStatus`, 'Observed state of a deployment.', {
      observedGeneration: int64('Generation the controller has seen.'),
      replicas: int32('Pods there are.'),
      updatedReplicas: int32('Pods of the wanted template.'),
      readyReplicas: int32('Pods that are ready.'),
      availableReplicas: int32('Pods that have been ready long enough.'),
      unavailableReplicas: int32('Pods that are still missing.'),
      terminatingReplicas: int32('Pods that are going.', pointer),
      conditions: list(deploymentCondition, 'State in conditions.', keyed('type')),
      collisionCount: int32('Hash collisions of names of ReplicaSets.', pointer),
    }),
    'Observed state.',
  ),
});

const replicaSetCondition = shape(`${pkg}.ReplicaSetCondition`, 'One aspect of the state of a replica set.', {
  ...conditionFields,
  lastTransitionTime: time('When the status last changed.'),
  reason: text('Why, as one word.'),
  message: text('Why, for people.'),
});

export const replicaSetSchema = topLevel(`${pkg}.ReplicaSet`, 'Keeps a number of equal pods running.', objectMeta, {
  spec: struct(
    shape(`${pkg}.ReplicaSetSpec`, 'Wanted behaviour of a replica set.', {
      replicas: int32('How many pods are wanted; 1 when absent.', pointer),
      minReadySeconds: int32('Seconds a new pod must be ready to count as available.'),
      selector: object(labelSelector, 'Which pods are meant; cannot change.', { required: true, keepEmpty: true }),
      template: struct(podTemplateSpec, 'The pods to make.'),
    }),
    'Wanted behaviour.',
  ),
  status: struct(
    shape(`${pkg}.ReplicaSetStatus`, 'Observed state of a replica set.', {
      replicas: int32('Pods there are.', { required: true, keepEmpty: true }),
      fullyLabeledReplicas: int32('Pods with all labels of the template.'),
      readyReplicas: int32('Pods that are ready.'),
      availableReplicas: int32('Pods that have been ready long enough.'),
      terminatingReplicas: int32('Pods that are going.', pointer),
      observedGeneration: int64('Generation the controller has seen.'),
      conditions: list(replicaSetCondition, 'State in conditions.', keyed('type')),
    }),
    'Observed state.',
  ),
});
