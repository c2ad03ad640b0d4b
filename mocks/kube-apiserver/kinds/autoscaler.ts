import { at, isObject, listOf, objectOf } from '../json.ts';
import type { Kind, KubeObject } from '../kind.ts';
import { withField } from './strategy.ts';

/** The older version of HorizontalPodAutoscaler, which knows one metric only: how busy processors are. */

const utilization = 'targetCPUUtilizationPercentage';

function toNewer(autoscaler: KubeObject): KubeObject {
  const { [utilization]: percentage, ...spec } = objectOf(autoscaler['spec']);
  const target = { type: 'Utilization', averageUtilization: percentage ?? 80 };
  const metrics =
    percentage === undefined ? {} : { metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }] };
  return withField({ ...autoscaler, apiVersion: 'autoscaling/v2' }, 'spec', { ...spec, ...metrics });
}

function toOlder(autoscaler: KubeObject): KubeObject {
  const { metrics, ...spec } = objectOf(autoscaler['spec']);
  const cpu = listOf(metrics).find((metric) => isObject(metric) && at(metric, 'resource', 'name') === 'cpu');
  const percentage = at(cpu, 'resource', 'target', 'averageUtilization');
  const older = percentage === undefined ? spec : { ...spec, [utilization]: percentage };
  return withField({ ...autoscaler, apiVersion: 'autoscaling/v1' }, 'spec', older);
}

export function olderAutoscaler(newer: Kind): Kind {
  const { group, plural } = newer;
  return { ...newer, version: 'v1', storage: { group, plural, toStored: toNewer, fromStored: toOlder } };
}
