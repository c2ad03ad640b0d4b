import { at, isObject, type Json, type JsonObject, listOf, objectOf, sameJson, textOf } from '../json.ts';
import type { FieldError, KubeObject } from '../kind.ts';
import { deploymentSchema, replicaSetSchema } from '../schema/apps.ts';
import { invalidValue, required } from '../validation/field-error.ts';
import { dnsSubdomainName } from '../validation/names.ts';
import { defaultPodSpec } from './pod/defaults.ts';
import { wrongPodSpec } from './pod/validate.ts';
import { strategyOf, withSpec } from './strategy.ts';

/** Deployments and ReplicaSets. */

function withTemplate(workload: KubeObject, defaults: Readonly<Record<string, Json>>): KubeObject {
  const spec = objectOf(workload['spec']);
  const template = objectOf(spec['template']);
  return withSpec(workload, {
    ...defaults,
    ...spec,
    template: { ...template, spec: defaultPodSpec(objectOf(template['spec'])) },
  });
}

function defaultDeployment(deployment: KubeObject): KubeObject {
  const strategy = objectOf(at(deployment, 'spec', 'strategy'));
  const type = textOf(strategy['type']) || 'RollingUpdate';
  const rolling = { maxUnavailable: '25%', maxSurge: '25%', ...objectOf(strategy['rollingUpdate']) };
  const filled = { ...strategy, type, ...(type === 'RollingUpdate' ? { rollingUpdate: rolling } : {}) };
  const defaults = { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 };
  return withSpec(withTemplate(deployment, defaults), { strategy: filled });
}

function wrongWorkload(workload: KubeObject): readonly FieldError[] {
  const spec = objectOf(workload['spec']);
  const replicas = Number(spec['replicas'] ?? 0);
  const labels = objectOf(at(spec, 'template', 'metadata', 'labels'));
  return [
    ...(replicas < 0 ? [invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0')] : []),
    ...wrongSelector(spec['selector'], labels),
    ...wrongPodSpec(objectOf(at(spec, 'template', 'spec')), 'spec.template.spec'),
  ];
}

function wrongSelector(selector: Json | undefined, labels: JsonObject): readonly FieldError[] {
  if (!isObject(selector)) return [required('spec.selector')];
  const wanted = objectOf(selector['matchLabels']);
  const expressions = listOf(selector['matchExpressions']).filter(isObject);
  if (Object.keys(wanted).length === 0 && expressions.length === 0) {
    return [invalidValue('spec.selector', selector, 'empty selector is invalid for deployment')];
  }
  const fits =
    Object.entries(wanted).every(([key, value]) => labels[key] === value) &&
    expressions.every((expression) => matches(expression, labels));
  if (fits) return [];
  return [invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`')];
}

function matches({ key, operator, values }: JsonObject, labels: JsonObject): boolean {
  const value = labels[textOf(key)];
  switch (textOf(operator)) {
    case 'In':
      return value !== undefined && listOf(values).includes(value);
    case 'NotIn':
      return value === undefined || !listOf(values).includes(value);
    case 'Exists':
      return value !== undefined;
    default:
      return value === undefined;
  }
}

function wrongChange(workload: KubeObject, old: KubeObject): readonly FieldError[] {
  const [after, before] = [at(workload, 'spec', 'selector'), at(old, 'spec', 'selector')];
  return sameJson(after, before) ? [] : [invalidValue('spec.selector', after, 'field is immutable')];
}

const shared = {
  namespaced: true,
  name: dnsSubdomainName,
  status: true,
  generation: true,
  validate: wrongWorkload,
  validateChange: wrongChange,
} as const;

export const deploymentStrategy = strategyOf({
  ...shared,
  schema: deploymentSchema,
  raisesGeneration: ['annotations'],
  defaults: defaultDeployment,
});

export const replicaSetStrategy = strategyOf({
  ...shared,
  schema: replicaSetSchema,
  defaults: (set) => withTemplate(set, { replicas: 1 }),
});
