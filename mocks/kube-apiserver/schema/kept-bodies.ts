import {
  bool,
  int32,
  int64,
  intOrString,
  list,
  object,
  pointer,
  quantities,
  quantity,
  shape,
  struct,
  text,
  texts,
  topLevel,
} from './build.ts';
import { labelSelector, objectMeta } from './meta.ts';
import { podTemplateSpec } from './pod.ts';
import type { Field, ObjectSchema } from './schema.ts';

/**
 * How kinds that are kept as given are read where they come in protobuf, which does not name its fields: those that
 * kubectl makes itself (`kubectl create job`, `kubectl autoscale`), as far as it sets them.
 */
const kind = (group: string, name: string, fields: Readonly<Record<string, Field>>): ObjectSchema =>
  topLevel(`io.k8s.api.${group}.${name}`, 'Kept as given.', objectMeta, fields);
const part = (name: string, fields: Readonly<Record<string, Field>>): ObjectSchema =>
  shape(`io.k8s.api.${name}`, 'Kept as given.', fields);
const spec = (schema: ObjectSchema): Readonly<Record<string, Field>> => ({ spec: struct(schema, 'What is wanted.') });

const jobSpec = part('batch.v1.JobSpec', {
  parallelism: int32('Pods at a time.', pointer),
  completions: int32('Pods that have to succeed.', pointer),
  activeDeadlineSeconds: int64('Seconds after which it ends.', pointer),
  backoffLimit: int32('Failures after which it fails.', pointer),
  selector: object(labelSelector, 'Which pods are meant.'),
  manualSelector: bool('Whether the selector is the owner’s own.', pointer),
  template: struct(podTemplateSpec, 'The pods to make.'),
  ttlSecondsAfterFinished: int32('Seconds after which it is deleted.', pointer),
  completionMode: text('NonIndexed or Indexed.', pointer),
  suspend: bool('Whether it stands still.', pointer),
});

const cronJobSpec = part('batch.v1.CronJobSpec', {
  schedule: text('When, as cron has it.'),
  startingDeadlineSeconds: int64('Seconds it may begin late.', pointer),
  concurrencyPolicy: text('Allow, Forbid or Replace.'),
  suspend: bool('Whether it stands still.', pointer),
  jobTemplate: struct(
    part('batch.v1.JobTemplateSpec', { metadata: struct(objectMeta, 'Metadata of the jobs.'), ...spec(jobSpec) }),
    'The jobs to make.',
  ),
  successfulJobsHistoryLimit: int32('Jobs that are kept.', pointer),
  failedJobsHistoryLimit: int32('Failed jobs that are kept.', pointer),
  timeZone: text('The time zone of the schedule.', pointer),
});

const target = part('autoscaling.v2.CrossVersionObjectReference', {
  kind: text('Kind of what is scaled.'),
  name: text('Its name.'),
  apiVersion: text('Its version.'),
});
const metric = part('autoscaling.v2.MetricSpec', {
  type: text('What is measured.'),
  resource: object(
    part('autoscaling.v2.ResourceMetricSource', {
      name: text('cpu or memory.'),
      target: struct(
        part('autoscaling.v2.MetricTarget', {
          type: text('Utilization, Value or AverageValue.'),
          value: quantity('Wanted value.', pointer),
          averageValue: quantity('Wanted value of each pod.', pointer),
          averageUtilization: int32('Wanted percentage of what is requested.', pointer),
        }),
        'What is wanted.',
      ),
    }),
    'A resource of the pods.',
  ),
});
const bounds = {
  scaleTargetRef: struct(target, 'What is scaled.'),
  minReplicas: int32('At least.', pointer),
  maxReplicas: int32('At most.'),
};

const servicePort = part('networking.v1.ServiceBackendPort', { name: text('Its name.'), number: int32('Its number.') });
const backend = part('networking.v1.IngressBackend', {
  service: object(
    part('networking.v1.IngressServiceBackend', { name: text('Its name.'), port: object(servicePort, 'Its port.') }),
    'A Service.',
  ),
});
const path = part('networking.v1.HTTPIngressPath', {
  path: text('Path of requests.'),
  pathType: text('Exact, Prefix or ImplementationSpecific.', pointer),
  backend: struct(backend, 'Where they go.'),
});
const ingressRule = part('networking.v1.IngressRule', {
  host: text('Host of requests.'),
  http: object(part('networking.v1.HTTPIngressRuleValue', { paths: list(path, 'Paths.') }), 'Where they go.'),
});
const ingressTls = part('networking.v1.IngressTLS', {
  hosts: texts('Hosts of the certificate.'),
  secretName: text('Where it is.'),
});

/** By group and version, and kind. */
export const keptBodies: Readonly<Record<string, ObjectSchema>> = {
  'batch/v1/Job': kind('batch.v1', 'Job', spec(jobSpec)),
  'batch/v1/CronJob': kind('batch.v1', 'CronJob', spec(cronJobSpec)),
  '/v1/ResourceQuota': kind(
    'core.v1',
    'ResourceQuota',
    spec(part('core.v1.ResourceQuotaSpec', { hard: quantities('Limits.'), scopes: texts('What counts.') })),
  ),
  'policy/v1/PodDisruptionBudget': kind(
    'policy.v1',
    'PodDisruptionBudget',
    spec(
      part('policy.v1.PodDisruptionBudgetSpec', {
        minAvailable: intOrString('Pods that stay.', pointer),
        selector: object(labelSelector, 'Which pods are meant.'),
        maxUnavailable: intOrString('Pods that may go.', pointer),
      }),
    ),
  ),
  'autoscaling/v1/HorizontalPodAutoscaler': kind(
    'autoscaling.v1',
    'HorizontalPodAutoscaler',
    spec(
      part('autoscaling.v1.HorizontalPodAutoscalerSpec', {
        ...bounds,
        targetCPUUtilizationPercentage: int32('How busy processors may be.', pointer),
      }),
    ),
  ),
  'autoscaling/v2/HorizontalPodAutoscaler': kind(
    'autoscaling.v2',
    'HorizontalPodAutoscaler',
    spec(part('autoscaling.v2.HorizontalPodAutoscalerSpec', { ...bounds, metrics: list(metric, 'What is measured.') })),
  ),
  'networking.k8s.io/v1/Ingress': kind(
    'networking.v1',
    'Ingress',
    spec(
      part('networking.v1.IngressSpec', {
        ingressClassName: text('Who serves it.', pointer),
        defaultBackend: object(backend, 'Where all else goes.'),
        tls: list(ingressTls, 'Certificates.'),
        rules: list(ingressRule, 'What goes where.'),
      }),
    ),
  ),
  'scheduling.k8s.io/v1/PriorityClass': kind('scheduling.v1', 'PriorityClass', {
    value: int32('How urgent.'),
    globalDefault: bool('Whether it is the one of those without.'),
    description: text('For people.'),
    preemptionPolicy: text('PreemptLowerPriority or Never.', pointer),
  }),
};
