import { at, objectOf, textOf } from '../../json.ts';
import type { KubeObject, Strategy } from '../../kind.ts';
import { podSchema } from '../../schema/pod.ts';
import { dnsSubdomainName } from '../../validation/names.ts';
import { strategyOf } from '../strategy.ts';
import { admitPod, defaultPod } from './defaults.ts';
import { wrongPodChange, wrongPodSpec, wrongPodStatus } from './validate.ts';

/** A pod that never ran anywhere, or runs no more, needs no time to stop. */
export function podGraceSeconds(pod: KubeObject, requested: number | undefined): number {
  const unscheduled = textOf(at(pod, 'spec', 'nodeName')) === '';
  const over = ['Succeeded', 'Failed'].includes(textOf(at(pod, 'status', 'phase')));
  if (unscheduled || over) return 0;
  const own = at(pod, 'spec', 'terminationGracePeriodSeconds');
  const seconds = requested ?? (typeof own === 'number' ? own : 30);
  return seconds < 0 ? 1 : seconds;
}

const base = strategyOf({
  schema: podSchema,
  namespaced: true,
  name: dnsSubdomainName,
  status: true,
  generation: true,
  rejudgesMetadata: true,
  defaults: defaultPod,
  prepareCreate: admitPod,
  validate: (pod: KubeObject) => wrongPodSpec(objectOf(pod['spec'])),
  validateStatus: wrongPodStatus,
});

export const podStrategy: Strategy = {
  ...base,
  validateUpdate: (pod, old) => [...base.validateUpdate(pod, old), ...wrongPodChange(pod, old)],
};
