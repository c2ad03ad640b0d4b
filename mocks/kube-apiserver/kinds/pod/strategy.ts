import { objectOf } from '../../json.ts';
import type { KubeObject, Strategy } from '../../kind.ts';
import { podSchema } from '../../schema/pod.ts';
import { dnsSubdomainName } from '../../validation/names.ts';
import { strategyOf } from '../strategy.ts';
import { admitPod, defaultPod } from './defaults.ts';
import { wrongPodChange, wrongPodSpec, wrongPodStatus } from './validate.ts';

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
