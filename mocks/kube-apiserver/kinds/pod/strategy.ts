import { objectOf } from '../../json.ts';
import type { KubeObject } from '../../kind.ts';
import { podSchema } from '../../schema/pod.ts';
import { dnsSubdomainName } from '../../validation/names.ts';
import { strategyOf } from '../strategy.ts';
import { admitPod, defaultPod } from './defaults.ts';
import { wrongPodChange, wrongPodSpec, wrongPodStatus } from './validate.ts';

export const podStrategy = strategyOf({
  schema: podSchema,
  namespaced: true,
  name: dnsSubdomainName,
  status: true,
  generation: true,
  rejudgesMetadata: true,
  defaults: defaultPod,
  prepareCreate: admitPod,
  validate: (pod: KubeObject) => wrongPodSpec(objectOf(pod['spec'])),
  validateChange: (pod, old) => {
    // The content is judged before the change, so that both are told in the real order.
    return wrongPodSpec(objectOf(pod['spec'])).length > 0 ? [] : wrongPodChange(pod, old);
  },
  validateStatus: wrongPodStatus,
});
